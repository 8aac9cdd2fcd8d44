import { Acceptance, type Place } from './acceptance.js';
import { decide, type AnswerReason, type Decision } from './hook-answer.js';
import { challengeIn, eventIn, type HookEvent } from './hook-event.js';
import { HookSettings } from './hook-settings.dto.js';
import { checkSignature, type SignatureCheck } from './hook-signature.js';

export const requestsMax = 500;
const keptBytesMax = 2 * 1024 * 1024;
const bodyShownMax = 64 * 1024;

/** A request as it came. `headers` for looking up, `rawHeaders` as they were written. */
export type Arrival = {
  method: string;
  url: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  rawHeaders: readonly string[];
  body: Buffer;
};

/** `gone`: the sender did not wait for the answer. */
export type AnswerView = {
  state: 'waiting' | 'answered' | 'gone';
  status: number | null;
  reason: AnswerReason;
  afterMs: number | null;
};

export type RequestView = {
  /** Counts what came to this hook, from 1. */
  n: number;
  receivedAt: string;
  kind: 'delivery' | 'verification';
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: string;
  bodyBytes: number;
  bodyIsCut: boolean;
  webhookId: string | null;
  attempt: number | null;
  event: HookEvent | null;
  signature: SignatureCheck;
  /** An event with this id had been accepted before. */
  isRepeat: boolean;
  /** Once it is accepted. */
  place: Place | null;
  answer: AnswerView;
};

export type Counts = Record<
  | 'received'
  | 'deliveries'
  | 'accepted'
  | 'refused'
  | 'repeats'
  | 'late'
  | 'valid'
  | 'invalid'
  | 'unsigned'
  | 'unchecked',
  number
>;

type Kept = { view: RequestView; startedMs: number; bytes: number; rev: number };
/** A request that is not answered yet. `clearedRev`: what was counted then may be forgotten meanwhile. */
export type Open = { kept: Kept; decision: Decision; challenge: string | null; clearedRev: number };

const noCounts: Counts = {
  ...{ received: 0, deliveries: 0, accepted: 0, refused: 0, repeats: 0, late: 0 },
  ...{ valid: 0, invalid: 0, unsigned: 0, unchecked: 0 },
};

/** One name's memory: how it behaves, and what came last, within 500 requests and two megabytes. */
export class Hook {
  settings = new HookSettings();
  counts: Counts = { ...noCounts };
  /** Of the last change, and of the last time it was cleared: what a stream has to say since. */
  rev: number;
  clearedRev: number;
  private kept: Kept[] = [];
  private bytes = 0;
  private acceptance = new Acceptance();

  constructor(
    readonly name: string,
    /** The next number of a change, and whom to tell of it. */
    private readonly changes: { next(): number; tell(hook: Hook): void },
  ) {
    this.rev = this.clearedRev = changes.next();
  }

  /** Oldest first; only what changed since. */
  requests(sinceRev = 0): RequestView[] {
    return this.kept.filter(({ rev }) => rev > sinceRev).map(({ view }) => view);
  }

  set(settings: HookSettings): void {
    this.settings = settings;
    this.touch();
  }

  /** Forgets what came, not how to behave. Numbers start at 1 again. */
  clear(): void {
    [this.kept, this.bytes] = [[], 0];
    this.counts = { ...noCounts };
    this.acceptance = new Acceptance();
    this.clearedRev = this.changes.next();
    this.touch();
  }

  /** Keeps it, and says how to answer. */
  arrive(arrival: Arrival, nowMs: number): Open {
    const parsed = parsedJson(arrival.body);
    const challenge = challengeIn(parsed);
    const isDelivery = arrival.method === 'POST' && challenge === null;
    const signature = checkSignature(this.settings.secret, arrival.body, arrival.headers);
    const decision = decide(this.settings, { isDelivery, signature });
    if (decision.reason === 'failNext')
      this.settings = { ...this.settings, failNext: this.settings.failNext - 1 };
    const view: RequestView = {
      n: ++this.counts.received,
      receivedAt: new Date(nowMs).toISOString(),
      kind: isDelivery ? 'delivery' : 'verification',
      ...shown(arrival),
      event: eventIn(parsed),
      signature,
      isRepeat: false,
      place: null,
      answer: { state: 'waiting', status: null, reason: decision.reason, afterMs: null },
    };
    if (isDelivery) {
      view.isRepeat = view.webhookId !== null && this.acceptance.has(view.webhookId);
      this.counts.deliveries++;
      this.counts[signature.state]++;
      if (view.isRepeat) this.counts.repeats++;
    }
    return { kept: this.keep(view, nowMs), decision, challenge, clearedRev: this.clearedRev };
  }

  /** `status` null: the sender went away first. */
  finish({ kept, clearedRev }: Open, status: number | null, nowMs: number): void {
    if (clearedRev !== this.clearedRev) return;
    const { view, startedMs } = kept;
    const state = status === null ? 'gone' : 'answered';
    const isAccepted = status !== null && status >= 200 && status <= 299;
    let place: Place | null = null;
    if (view.kind === 'delivery') {
      this.counts[isAccepted ? 'accepted' : 'refused']++;
      if (isAccepted) place = this.acceptance.accept(view.webhookId, view.event);
      if (place?.isLate && !view.isRepeat) this.counts.late++;
    }
    const afterMs = Math.max(0, nowMs - startedMs);
    kept.view = { ...view, place, answer: { ...view.answer, state, status, afterMs } };
    this.touch(kept);
  }

  private keep(view: RequestView, nowMs: number): Kept {
    const text = view.headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    const bytes = 1_000 + view.url.length + view.body.length + text;
    const kept = { view, startedMs: nowMs, bytes, rev: 0 };
    this.kept.push(kept);
    this.bytes += bytes;
    while (this.kept.length > requestsMax || (this.bytes > keptBytesMax && this.kept.length > 1))
      this.bytes -= this.kept.shift()!.bytes;
    this.touch(kept);
    return kept;
  }

  private touch(kept?: Kept): void {
    this.rev = this.changes.next();
    if (kept) kept.rev = this.rev;
    this.changes.tell(this);
  }
}

function shown({ method, url, headers, rawHeaders, body }: Arrival) {
  const one = (name: string): string | null => {
    const value = headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  };
  const attempt = Number(one('webhook-attempt') ?? NaN);
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) pairs.push([rawHeaders[i], rawHeaders[i + 1]]);
  return {
    method,
    url,
    headers: pairs,
    body: body.subarray(0, bodyShownMax).toString('utf8'),
    bodyBytes: body.length,
    bodyIsCut: body.length > bodyShownMax,
    webhookId: one('webhook-id'),
    attempt: Number.isSafeInteger(attempt) && attempt > 0 ? attempt : null,
  };
}

function parsedJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
