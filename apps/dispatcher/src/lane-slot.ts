import { laneKey, type DeliveryDue, type EventMessage } from '@posthorn/contracts';
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
};

/** A single retry that retry-scheduler handed back. */
export type DueItem = { due: DeliveryDue; event: LogEvent; offset: number };

/** Lanes of slow receivers share half of all permits. */
const slowMs = 1_000;
const replayPrefix = 'replay/';

export type Work = { kind: 'lane'; item: LaneItem<LogEvent> } | { kind: 'due'; item: DueItem };

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
  private limit: RateLimit | undefined;
  private readonly dues: DueItem[] = [];
  private duesInFlight = 0;

  constructor(
    readonly owner: PartitionOwner,
    readonly subscription: Subscription,
    readonly name: string,
    settings: LaneSettings,
    effects: LaneEffects,
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
    const flying = this.duesInFlight + this.lane.inFlightCount;
    // Where the lane is parked, single retries are not sent but go back to wait with it.
    if (this.dues.length > 0 && this.lane.parkedUntil !== undefined) return true;
    // A token comes a little early: until its time the receiver is left alone by single retries too.
    if (flying >= this.lane.inFlightMax || now < this.lane.startsAt) return false;
    return this.dues.length > 0 || this.lane.canStart(now);
  }

  /** The next piece of work; only where `canStart`. Single retries go first: they are the older ones. */
  start(): Work {
    const item = this.dues.shift();
    if (!item) return { kind: 'lane', item: this.lane.start() };
    this.duesInFlight++;
    return { kind: 'due', item };
  }

  addDue(item: DueItem): void {
    this.dues.push(item);
  }

  dueEnded(): void {
    this.duesInFlight--;
  }

  /** Set for a replay's lane: its deliveries carry it. */
  get replayId(): string | undefined {
    return this.name.startsWith(replayPrefix) ? this.name.slice(replayPrefix.length) : undefined;
  }

  throttle(perS: number, now: number): void {
    this.limit = new RateLimit(perS, now);
  }

  /** The lane's own limit (replays), or the subscription's. */
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
