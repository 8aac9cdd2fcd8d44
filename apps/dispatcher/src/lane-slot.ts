import {
  decodeSeqs,
  eventExpiryMs,
  laneKey,
  type DeliveryDue,
  type EventMessage,
  type LaneCommand,
  type ReplayOrder,
} from '@posthorn/contracts';
import {
  Lane,
  type LaneEffects,
  type LaneItem,
  type LaneRecord,
  type LaneSettings,
  type ProfileName,
} from '@posthorn/domain';
import { RateLimit } from './rate-limit.js';
import type { TraceContext } from '@posthorn/messaging';
import type { PartitionOwner } from './partition-owner.js';
import type { Subscription } from './subscription-table.js';

/** An event in the dispatcher's memory, shared by all lanes it is in; bodies are rendered once a profile. */
export type LogEvent = {
  message: EventMessage;
  /** The record's value as it stands in the log: retries carry it on unchanged. */
  value: Buffer;
  trace: TraceContext | undefined;
  bodies: Partial<Record<ProfileName, Buffer>>;
  /** In so many lanes it waits, and the window with them. */
  heldBy: number;
  /** In so many lanes it waits that catch up. */
  fedBy: number;
};

/** A single retry that retry-scheduler handed back. */
export type DueItem = { due: DeliveryDue; event: LogEvent; offset: number };

/** Lanes of slow receivers share half of all permits. */
const slowMs = 1_000;
const replayPrefix = 'replay/';
/** Replays leave room for live traffic. */
const replayPerS = 500;
/** Evenly: each order of a long replay has a limit of its own, which begins full. */
const replayBurstS = 0.1;
/** So many single retries may wait here for their turn, or twice what the receiver takes at once. */
const lineMin = 8;
/** As long as it takes at its pace. */
const lineMs = 2_000;
const turnMinMs = 1_000;
const turnMaxMs = 5 * 60_000;

export type Work =
  | { kind: 'lane'; item: LaneItem<LogEvent> }
  /** `putOff`: too many wait for this receiver; it comes again when it may be its turn. */
  | { kind: 'due'; item: DueItem; putOff: boolean };

/**
 * A lane in its place: with its subscription, its partition's owner and the single retries that came back
 * for it.
 */
export class LaneSlot {
  readonly key: string;
  readonly lane: Lane<LogEvent>;
  /** Whether the sender has it in a queue. */
  listed = false;
  /** What its receiver usually takes to answer, in ms (EWMA). */
  latencyMs = 0;
  /** When the sender looks at it again by itself. */
  alarmAt = Infinity;
  /** Of a paused lane: since when what it holds back has waited (epoch ms); durable in its record. */
  waitingSince: number | undefined;
  private limit: RateLimit | undefined;
  private readonly dues: DueItem[] = [];
  private duesInFlight = 0;
  private lastTurnAt = 0;

  constructor(
    readonly owner: PartitionOwner,
    readonly subscription: Subscription,
    readonly name: string,
    settings: LaneSettings,
    effects: LaneEffects<LogEvent>,
    loaded?: LaneRecord,
  ) {
    const { tenantId, id } = subscription.snapshot;
    this.key = laneKey(tenantId, id, name);
    this.lane = new Lane(settings, effects, loaded);
  }

  get tenantId(): string {
    return this.subscription.snapshot.tenantId;
  }

  canStart(now: number): boolean {
    if (this.sendsBack) return true;
    const flying = this.duesInFlight + this.lane.inFlightCount;
    // A token comes a little early: until its time the receiver is left alone by single retries too.
    if (flying >= this.lane.health.inFlightMax || this.lane.isEarly(now)) return false;
    return this.dues.length > 0 || this.lane.canStart(now);
  }

  /**
   * Single retries go back to wait where their lane is parked, and where more of them came than can be sent
   * soon: each one that waits here keeps `due` from moving on, for all tenants of the partition.
   */
  get sendsBack(): boolean {
    return this.dues.length > 0 && (this.lane.parkedUntil !== undefined || this.crowded);
  }

  private get crowded(): boolean {
    const line = Math.max(lineMin, 2 * this.lane.health.inFlightMax);
    // Where each takes long, fewer: `due` would wait for the last of them.
    return this.dues.length > Math.min(line, Math.max(1, lineMs / this.paceMs));
  }

  /**
   * The next piece of work; only where `canStart`. Single retries go first: they are the older ones. Not
   * where the lane probes: its own event finds out, and one retry does where it has none.
   */
  start(now: number): Work {
    const putOff = this.crowded;
    const probes = this.lane.health.probing && this.lane.canStart(now);
    if (this.dues.length === 0 || (probes && !putOff)) return { kind: 'lane', item: this.lane.start(now) };
    this.duesInFlight++;
    return { kind: 'due', item: (putOff ? this.dues.pop() : this.dues.shift())!, putOff };
  }

  /** When one that was put off may come to its turn, at the pace at which this receiver takes them. */
  turnAt(now: number): number {
    this.lastTurnAt = Math.min(Math.max(this.lastTurnAt, now + turnMinMs) + this.paceMs, now + turnMaxMs);
    return Math.ceil(this.lastTurnAt);
  }

  /** What one event more takes its receiver, by its rate limit or as it has answered lately. */
  private get paceMs(): number {
    const perS = this.rateLimit?.perS ?? 1_000;
    return Math.max(1_000 / perS, this.latencyMs / this.lane.health.inFlightMax);
  }

  /** A person's pause: what waits now leaves memory, so when it came is kept here. */
  pause(now: number): void {
    if (!this.lane.paused) this.waitingSince = this.waitsSince(now);
    this.lane.pause(now + eventExpiryMs);
  }

  /** An event came that a paused lane holds back. The first one says since when it waits. */
  heldBack({ acceptedAt }: EventMessage): void {
    if (!this.lane.paused || this.waitingSince !== undefined) return;
    this.waitingSince = acceptedAt;
    this.lane.rewrite();
  }

  private waitsSince(now: number): number | undefined {
    const { lane, owner } = this;
    if (lane.queued > 0) return lane.oldest?.message.acceptedAt;
    if (lane.state === 'live' || lane.lowest >= owner.nextPosition) return undefined;
    // What waits in the log was not looked at: it is at least as old as the failure, or as this.
    return lane.health.failingSince ?? now;
  }

  addDue(item: DueItem): void {
    this.dues.push(item);
  }

  dueEnded(): void {
    this.duesInFlight--;
  }

  /**
   * Whether it has only to wait until the sender comes round to it, or until an origin that it shares has
   * room: its receiver, as it has answered lately, would take all that waits within `withinMs`. Where there
   * is a rate limit or single retries are under way, which share what it may have at once, that is not said.
   */
  waitsForItsTurn(withinMs: number): boolean {
    if (this.rateLimit || this.duesInFlight > 0) return false;
    return this.lane.queued * this.paceMs <= withinMs;
  }

  /** Set for a replay's lane: its deliveries carry it. */
  get replayId(): string | undefined {
    return this.name.startsWith(replayPrefix) ? this.name.slice(replayPrefix.length) : undefined;
  }

  /** Set for a replay's lane. */
  order: ReplayOrder | undefined;

  /** The events that a replay is about, where its order names them. */
  only: ReadonlySet<number> | undefined;

  /** @throws UndecodableError */
  replays(order: ReplayOrder, now: number): void {
    const { ratePerS = replayPerS, seqs } = order;
    this.order = order;
    this.only = seqs === undefined ? undefined : new Set(decodeSeqs(seqs));
    const perS = Math.min(ratePerS, this.subscription.snapshot.rateLimit ?? Infinity);
    this.limit = new RateLimit(perS, now, replayBurstS);
  }

  /** When the next delivery may start by its own limit (replays) and by the subscription's: now, or later. */
  tokenAt(now: number): number {
    const { limit, subscription } = this;
    return Math.max(limit?.nextAt(now) ?? now, subscription.rateLimit?.nextAt(now) ?? now);
  }

  takeToken(): void {
    this.limit?.take();
    this.subscription.rateLimit?.take();
  }

  /** The stricter one: what a replay may have is at most what its subscription may. */
  get rateLimit(): RateLimit | undefined {
    return this.limit ?? this.subscription.rateLimit;
  }

  took(durationMs: number): void {
    this.latencyMs += 0.2 * (durationMs - this.latencyMs);
  }

  get slow(): boolean {
    return this.latencyMs > slowMs;
  }
}

/** What a piece of work is about. */
export function workOf(work: Work): { event: LogEvent; attempt: number; seq: number } {
  if (work.kind === 'lane') return work.item;
  const { event, due } = work.item;
  return { event, attempt: due.attempt, seq: due.seq };
}

/** What a replay’s order says beside its range. */
export function replayOrderOf({ ratePerS, seqs }: LaneCommand['args']): ReplayOrder {
  return {
    ...(Number(ratePerS) > 0 ? { ratePerS: Number(ratePerS) } : {}),
    ...(typeof seqs === 'string' ? { seqs } : {}),
  };
}
