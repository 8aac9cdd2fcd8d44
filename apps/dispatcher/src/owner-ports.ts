import type { AttemptsMessage } from '@posthorn/contracts';
import type { LaneSettings } from '@posthorn/domain';
import type { InRecord } from '@posthorn/messaging';
import type { Place } from './dedup-map.js';
import type { DueItem, LaneSlot } from './lane-slot.js';
import type { PartitionOwner } from './partition-owner.js';
import type { Subscription } from './subscription-table.js';

export type Rejection = { topic: string; partition: number; record: InRecord; reason: string };

/** What an owner needs of the process around it; tests put memory in its place. */
export type OwnerPorts = {
  /** Epoch milliseconds. */
  now(): number;
  /** Whether the event's id stands before in the partition; `reread`: asked by the catch-up reader. */
  isRepeat(place: Place, reread: boolean): boolean;
  open(sealed: string, context: string): string;
  laneSettings(subscription: Subscription): LaneSettings;
  laneNumber(entityId: string): number;
  /** A lane may have something to start, or something to read. */
  ready(slot: LaneSlot): void;
  /** A batch was taken: send, write, read on. */
  wake(owner: PartitionOwner): void;
  /** A single retry came back: at its dueAt, not before, it is sent. */
  deliverDue(slot: LaneSlot, item: DueItem): void;
  /** The same for a subscription that is no more. */
  cancelDue(owner: PartitionOwner, item: DueItem, settle: () => void): void;
  /** `settle` is called when the record is safe in `rejected`. */
  reject(rejection: Rejection, settle: () => void): void;
  /** Goes to `attempts`, for the delivery log. */
  tell(owner: PartitionOwner, message: AttemptsMessage): void;
  /** How far the partition is settled, durably. */
  windowWritten(partition: number, next: number, dueNext: number): void;
};
