import { laneKey, type DeliveryDue, type EventMessage } from '@posthorn/contracts';
import {
  Lane,
  type LaneEffects,
  type LaneItem,
  type LaneRecord,
  type LaneSettings,
  type ProfileName,
} from '@posthorn/domain';
import type { PartitionOwner } from './partition-owner.js';
import type { Subscription } from './subscription-table.js';

/** An event in the dispatcher's memory, shared by all lanes it is in; bodies are rendered once a profile. */
export type LogEvent = {
  message: EventMessage;
  /** The record's value as it stands in the log: retries carry it on unchanged. */
  value: Buffer;
  traceparent: string | undefined;
  bodies: Partial<Record<ProfileName, Buffer>>;
};

/** A single retry that retry-scheduler handed back. */
export type DueItem = { due: DeliveryDue; event: LogEvent; offset: number };

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
  /** Since when it waits for the catch-up reader; undefined while it does not. */
  wantsReadSince: number | undefined;
  private readonly dues: DueItem[] = [];
  private duesInFlight = 0;

  constructor(
    readonly owner: PartitionOwner,
    readonly subscription: Subscription,
    readonly name: string,
    private readonly settings: LaneSettings,
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
    if (this.dues.length > 0 && this.duesInFlight + this.lane.inFlightCount < this.settings.inFlightMax)
      return true;
    return this.lane.canStart(now);
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

  takeDues(): DueItem[] {
    return this.dues.splice(0);
  }
}
