import {
  attemptsTopic,
  decodeAttempts,
  dueTopic,
  eventExpiryMs,
  eventsTopic,
  subscriptionKey,
} from '@posthorn/contracts';
import { attemptsOf, retryDelayMs, type RetryPolicy } from '@posthorn/domain';
import type { OutRecord } from '@posthorn/messaging';
import type { PartitionOwner } from '../../partition-owner.js';
import { type Broker, pairKey } from './broker.js';
import { active, type History, type Pair } from './history.js';
import type { Answer, Flight, Node } from './node.js';
import type { Scheduler } from './scheduler.js';

type Failure = { attempt: number; at: number; dueAt: number };

/** What was seen of a delivery, from the receivers' side. */
type Seen = { attempts: number[]; delivered: number; failures: Failure[] };

/** What an owner could know when it took the partition over. */
type Beginning = { position: number; versions: Map<string, number>; over: ReadonlySet<string> };

export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Whoever is asked about the present state of the world. */
export type Witness = {
  readonly broker: Broker;
  readonly history: History;
  readonly scheduler: Scheduler;
  readonly now: number;
  /** The assigned node; others may believe that they are. */
  readonly owner: Node;
};

/** Knows the promises, and throws where one is broken. */
export class Referee {
  takeovers = 0;
  /** The first offset of `events` that nobody was given yet. */
  readTo = 0;
  /** When the owner of the partition last applied a person's order to a subscription. */
  /** When a lane's last attempt failed. */
  private readonly failedAt = new Map<string, number>();
  private readonly touched = new Map<string, number>();
  private readonly began = new WeakMap<PartitionOwner, Beginning>();
  private readonly seen = new Map<string, Seen>();
  /** Deliveries that somebody decided to be over, whether or not the record arrived. */
  private readonly decided = new Set<string>();
  private open: Pair[] = [];
  private pairsTaken = 0;

  constructor(
    private readonly world: Witness,
    private readonly policyOf: (subscriptionId: string) => RetryPolicy,
  ) {}

  touch(subscriptionId: string): void {
    this.touched.set(subscriptionId, this.world.now);
  }

  /** Pairs whose end nobody has seen yet. */
  get unfinished(): readonly Pair[] {
    return this.open;
  }

  offered(record: OutRecord): void {
    if (record.topic !== attemptsTopic.name) return;
    const message = decodeAttempts(record.value as Buffer);
    if (message.kind !== 'attempt' || !message.final) return;
    this.decided.add(pairKey(message.subscriptionId, message.seq, message.replayId));
  }

  /** Remembers from where on an owner applies snapshots itself. */
  tookOver(owner: PartitionOwner, over: ReadonlySet<string>): void {
    const versions = [...this.world.broker.subscriptions.values()];
    this.began.set(owner, {
      position: owner.nextPosition,
      versions: new Map(versions.map(({ snapshot }) => [snapshot.id, snapshot.version])),
      over,
    });
  }

  /** A request leaves. */
  sent(flight: Flight): void {
    const { node, slot, request } = flight;
    const { history, now } = this.world;
    const seq = seqOf(flight);
    const attempt = Number(header(request.headers, 'webhook-attempt'));
    const subscriptionId = slot.subscription.snapshot.id;
    const replayId = replayIdOf(flight);
    const key = pairKey(subscriptionId, seq, replayId);
    const what = `${key} attempt ${attempt} by ${node.name}`;
    const { event, repeats } = history.published.get(seq)!;
    const proven = now - Math.max(node.lastHeartbeatMs, node.lastCommitMs);
    if (proven >= 3_000) throw new Violation(`${what}: the lease ran out ${proven} ms ago`);
    if (!replayId && !history.matches(subscriptionId, event, seq))
      throw new Violation(`${what} was not asked for`);
    if (repeats !== undefined && !replayId && now - history.published.get(repeats)!.at < 400_000)
      throw new Violation(`${what} repeats ${repeats}`);
    if (!replayId && event.acceptedAt + eventExpiryMs <= now) throw new Violation(`${what} has expired`);
    this.notOver(flight, key, what);
    this.notDeleted(flight, what);
    this.notDropped(flight, seq, what);
    this.notBelowCursor(flight, seq, what);
    this.notEarly(flight, { key, seq, attempt, subscriptionId }, what);
    if (slot.subscription.snapshot.ordering !== 'unordered') this.inOrder(flight, key, seq, what);
    const seen = this.seenOf(key);
    const again = seen.attempts.includes(attempt);
    if (again && this.takeovers === 0 && !this.world.scheduler.repeated)
      throw new Violation(`${what} is sent twice without a crash`);
    seen.attempts.push(attempt);
  }

  answered(flight: Flight, { status, retryAfterS = 0 }: Answer): void {
    const seq = seqOf(flight);
    const subscriptionId = flight.slot.subscription.snapshot.id;
    const seen = this.seenOf(pairKey(subscriptionId, seq, replayIdOf(flight)));
    const attempt = Number(header(flight.request.headers, 'webhook-attempt'));
    if (status >= 200 && status < 300) {
      seen.delivered++;
      return;
    }
    const { now } = this.world;
    const delayMs =
      retryDelayMs(this.policyOf(subscriptionId), attempt, 0.5, retryAfterS * 1_000) ?? Infinity;
    this.failedAt.set(flight.slot.key, now);
    seen.failures.push({ attempt, at: now, dueAt: now + delayMs });
  }

  /** After every step. */
  check(): void {
    const { history } = this.world;
    while (this.pairsTaken < history.pairs.length) this.open.push(history.pairs[this.pairsTaken++]);
    const still: Pair[] = [];
    for (const pair of this.open) {
      if (this.isOver(pair)) continue;
      this.notLost(pair);
      still.push(pair);
    }
    this.open = still;
    this.controlsDurable();
    this.rejectedDurable();
  }

  isOver(pair: Pair): boolean {
    return this.world.broker.over.has(pair.key) || this.isDropped(pair);
  }

  /**
   * Disabling, deleting and filters of today end what waits; an order that nobody has read yet ends nothing.
   */
  private isDropped(pair: Pair): boolean {
    const { history } = this.world;
    const at = history.droppedAt(pair);
    if (at !== undefined && at < this.readTo) return true;
    if (!pair.replayId) return false;
    const { event } = history.published.get(pair.seq)!;
    const order = history.replays.find(({ replayId }) => replayId === pair.replayId)!;
    const later = history.controlsOf(pair.subscriptionId).filter(({ seq }) => seq > order.seq);
    return later.some(({ seq }) => !history.matches(pair.subscriptionId, event, seq + 1));
  }

  private notLost(pair: Pair): void {
    const { broker, scheduler, owner, history } = this.world;
    const { key, lane } = pair;
    const order = pair.replayId
      ? history.replays.find(({ replayId }) => replayId === pair.replayId)
      : undefined;
    // What came before its subscription is offered anew by the main reader, or read for it: either will do.
    const seqs = order ? [order.seq] : [pair.seq, pair.madeAt ?? pair.seq];
    const record = broker.lanes.get(lane)?.message;
    const inLane = record !== undefined && record.cursor <= pair.seq;
    const state = (): string => `window ${broker.window.next}, lane ${JSON.stringify(record)}`;
    const alone = scheduler.covers(key, (offset) => broker.due.has(offset));
    if (seqs.every((seq) => broker.window.has(seq)) && !inLane && !alone)
      throw new Violation(`NoLoss: ${key} is lost; ${state()}`);
    if (record && record.cursor > pair.seq && !alone)
      throw new Violation(`cursor: ${key} is below it and not over; ${state()}`);
    const believed = owner.owner;
    if (!believed || inLane || !seqs.every((seq) => believed.window.isSettled(seq))) return;
    const waits = scheduler.covers(key, (offset) => believed.due.window.isSettled(offset));
    if (!waits) throw new Violation(`${key} is settled in memory and nowhere safe; ${state()}`);
  }

  private controlsDurable(): void {
    const { broker, history, owner } = this.world;
    for (const id of history.subscriptionIds()) {
      for (const { seq, snapshot } of history.controlsOf(id)) {
        const believed = owner.owner;
        if (!broker.window.has(seq) && !believed?.window.isSettled(seq)) continue;
        const known = broker.subscriptions.get(subscriptionKey(snapshot.tenantId, id));
        if (known && known.snapshot.version >= snapshot.version) continue;
        throw new Violation(
          `snapshot ${id} version ${snapshot.version} at ${seq} is settled and not durable`,
        );
      }
    }
  }

  private rejectedDurable(): void {
    const { broker } = this.world;
    for (const [topic, window] of [
      [eventsTopic.name, broker.window],
      [dueTopic.name, broker.due],
    ] as const) {
      for (const { offset, value } of broker.log(topic).records) {
        if (value?.toString() !== 'garbage' || !window.has(offset)) continue;
        if (!broker.rejected.has(`${topic}/${offset}`)) throw new Violation(`${topic}/${offset} is nowhere`);
      }
    }
  }

  /**
   * What an earlier owner has recorded as over is not sent again, whatever its windows and cursors say. A
   * token of a single retry may come again at any time: for those it is tried, not promised.
   */
  private notOver(flight: Flight, key: string, what: string): void {
    if (flight.work.kind === 'due' || replayIdOf(flight)) return;
    if (this.began.get(flight.slot.owner)?.over.has(key))
      throw new Violation(`${what} was over at the takeover`);
  }

  private notDeleted({ node, slot }: Flight, what: string): void {
    const { snapshot } = slot.subscription;
    const position = node.owner?.nextPosition ?? 0;
    const known = this.world.history.at(snapshot.id, position);
    if (!active(snapshot) || (known?.status === 'deleted' && node.owner === slot.owner))
      throw new Violation(`${what}: the subscription is ${known?.status}`);
  }

  /** What waited when its subscription was disabled is not sent after it was enabled again. */
  private notDropped({ slot, work }: Flight, seq: number, what: string): void {
    const { owner, subscription, replayId } = slot;
    const began = this.began.get(owner);
    if (!began || work.kind === 'due' || replayId !== undefined) return;
    const { id } = subscription.snapshot;
    const dropped = this.world.history
      .controlsOf(id)
      .find(
        (control) =>
          control.seq > Math.max(seq, began.position - 1) &&
          control.seq < owner.nextPosition &&
          control.snapshot.version > (began.versions.get(id) ?? 0) &&
          !active(control.snapshot),
      );
    if (dropped) throw new Violation(`${what} was dropped at ${dropped.seq}`);
  }

  /** The cursor tells the truth: nothing below it is sent again. */
  private notBelowCursor({ node, slot, work }: Flight, seq: number, what: string): void {
    const { broker, owner } = this.world;
    const record = broker.lanes.get(slot.key)?.message;
    if (node === owner && work.kind === 'lane' && record && seq < record.cursor)
      throw new Violation(`${what} is below the cursor ${record.cursor}`);
  }

  private notEarly(
    { node, slot }: Flight,
    { key, attempt, subscriptionId }: { key: string; seq: number; attempt: number; subscriptionId: string },
    what: string,
  ): void {
    const { now, broker, owner, history } = this.world;
    const touchedAt = this.touched.get(subscriptionId) ?? -Infinity;
    const lane = broker.lanes.get(slot.key);
    if (node === owner && lane?.message.kind === 'parked' && lane.message.dueAt > now) {
      const lifted =
        lane.message.reason === 'paused' && history.at(subscriptionId, this.readTo)?.status === 'active';
      const since = Math.min(lane.takenAt, this.failedAt.get(slot.key) ?? -Infinity);
      if (!lifted && touchedAt < since)
        throw new Violation(`${what}: its lane is parked for another ${lane.message.dueAt - now} ms`);
    }
    if (attempt > attemptsOf(this.policyOf(subscriptionId))) throw new Violation(`${what}: too many`);
    if (attempt === 1) return;
    const before = this.seenOf(key).failures.filter((failure) => failure.attempt === attempt - 1);
    if (before.length === 0) throw new Violation(`${what} has no attempt ${attempt - 1} before it`);
    const dueAt = Math.min(...before.map((failure) => failure.dueAt));
    if (now < dueAt && touchedAt < Math.max(...before.map(({ at }) => at)))
      throw new Violation(`${what} is ${dueAt - now} ms early`);
  }

  private inOrder(flight: Flight, key: string, seq: number, what: string): void {
    const { node, slot, work } = flight;
    const { history } = this.world;
    const others = node.flights.filter((other) => other !== flight && other.slot === slot);
    if (others.length > 0) throw new Violation(`${what}: the lane has another one in flight`);
    if (work.kind === 'due' || this.seenOf(key).attempts.length > 0) return;
    for (const pair of history.pairs) {
      if (pair.lane !== slot.key || pair.seq >= seq) continue;
      if (this.decided.has(pair.key) || this.seenOf(pair.key).delivered > 0 || this.isDropped(pair)) continue;
      throw new Violation(`Order: ${what} before ${pair.key}`);
    }
  }

  private seenOf(key: string): Seen {
    let seen = this.seen.get(key);
    if (!seen) this.seen.set(key, (seen = { attempts: [], delivered: 0, failures: [] }));
    return seen;
  }
}

function replayIdOf({ slot, work }: Flight): string {
  return (work.kind === 'due' ? work.item.due.replayId : slot.replayId) ?? '';
}

/** The event's place in the log, as its own body says it. */
function seqOf({ request }: Flight): number {
  return Number(/"n":(\d+)/.exec(request.body!.toString())![1]);
}

function header(headers: readonly string[], name: string): string {
  return headers[headers.indexOf(name) + 1];
}
