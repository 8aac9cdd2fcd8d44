import { chance } from './random.js';
import type { Ordering } from './plan.js';

/**
 * ok: always 200. flaky: some first and second attempts fail, in every way there is. dead: nobody answers for
 * 10 to 20 s now and then. marked: some events are never taken, and some others fail once. never: takes
 * nothing.
 */
export type ScriptName = 'ok' | 'flaky' | 'dead' | 'marked' | 'never';

export type Reply =
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  /** The connection is closed without an answer. */
  | { kind: 'hang-up' }
  /** No answer, until the sender gives up. */
  | { kind: 'silence' };

export type Asked = { n: number; attempt: number; elapsedMs: number };

/** A lane that stands still for every failure cannot stand as many. */
const failingShare: Record<Ordering, number> = { unordered: 1 / 20, 'per-entity': 1 / 50, strict: 1 / 250 };

const ok: Reply = { kind: 'status', status: 200 };
const markedEvery = 400;
const markedFirst = 37;

/** Attempts are short of nothing here: only what is marked may ever use them up. */
const patient = { delaysMs: [300, 600, 1_000, ...Array<number>(32).fill(2_000)], jitter: 0.1 };
const impatient = { delaysMs: [300, 600, 1_000], jitter: 0.1 };

/** A receiver's behaviour. Everything follows from the seed and what is asked. */
export class Script {
  readonly windows: readonly { fromMs: number; toMs: number }[];

  constructor(
    readonly name: ScriptName,
    private readonly ordering: Ordering,
    private readonly seed: number,
    lengthMs: number,
  ) {
    this.windows = name === 'dead' ? deadWindows(seed, lengthMs) : [];
  }

  get retryPolicy(): { delaysMs: number[]; jitter: number } {
    return this.name === 'marked' ? impatient : patient;
  }

  /** How many attempts the event will get in vain; undefined where it is taken in the end. */
  attemptsInVain(n: number): number | undefined {
    return this.name === 'marked' && n % markedEvery === markedFirst
      ? impatient.delaysMs.length + 1
      : undefined;
  }

  reply({ n, attempt, elapsedMs }: Asked): Reply {
    if (this.attemptsInVain(n)) return { kind: 'status', status: 500 };
    switch (this.name) {
      case 'ok':
        return ok;
      case 'marked':
        return attempt === 1 && this.fails(n, 1, failingShare.strict) ? { kind: 'status', status: 500 } : ok;
      case 'never':
        return n % 2 === 0 ? { kind: 'status', status: 500 } : { kind: 'hang-up' };
      case 'dead':
        return this.windows.some(({ fromMs, toMs }) => elapsedMs >= fromMs && elapsedMs < toMs)
          ? { kind: 'hang-up' }
          : ok;
      case 'flaky': {
        const share = [failingShare[this.ordering], 0.3][attempt - 1] ?? 0;
        return this.fails(n, attempt, share) ? this.failure(n, attempt) : ok;
      }
    }
  }

  private fails(n: number, attempt: number, share: number): boolean {
    return chance(this.seed, 1, n, attempt) < share;
  }

  private failure(n: number, attempt: number): Reply {
    const kind = chance(this.seed, 2, n, attempt);
    if (kind < 0.5) return { kind: 'status', status: 500 };
    if (kind < 0.65) return { kind: 'status', status: 429, headers: { 'retry-after': '1' } };
    if (kind < 0.75) {
      const inTwoSeconds = new Date(Date.now() + 2_000).toUTCString();
      return { kind: 'status', status: 503, headers: { 'retry-after': inTwoSeconds } };
    }
    // Followed, it would end in a 200.
    if (kind < 0.85) return { kind: 'status', status: 302, headers: { location: '/taken' } };
    return kind < 0.95 ? { kind: 'hang-up' } : { kind: 'silence' };
  }
}

function deadWindows(seed: number, lengthMs: number): { fromMs: number; toMs: number }[] {
  const windows: { fromMs: number; toMs: number }[] = [];
  for (let i = 0, at = 0; ; i++) {
    const fromMs = at + 5_000 + 20_000 * chance(seed, 3, i);
    const toMs = fromMs + 10_000 + 10_000 * chance(seed, 4, i);
    if (toMs > lengthMs) return windows;
    windows.push({ fromMs, toMs });
    at = toMs + 10_000;
  }
}
