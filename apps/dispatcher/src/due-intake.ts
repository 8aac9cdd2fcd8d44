import {
  decodeDue,
  decodeEvents,
  dueTopic,
  laneKey,
  type LaneDue,
  UndecodableError,
} from '@posthorn/contracts';
import { type InRecord, type OffsetWindow, readTrace } from '@posthorn/messaging';
import type { DueItem } from './lane-slot.js';
import type { OwnerPorts } from './owner-ports.js';
import type { PartitionOwner } from './partition-owner.js';
import type { Subscription } from './subscription-table.js';

/**
 * What retry-scheduler hands back to an owner. `due` has a window of its own: a lane's token is settled at
 * once, because
 * it comes again until the lane's record changes; a single retry when its outcome or its next retry is
 * recorded.
 */
export class DueIntake {
  private readonly tokens = new Set<string>();
  /** Bytes of the events that single retries keep in memory here. */
  heldBytes = 0;

  constructor(
    private readonly owner: PartitionOwner,
    private readonly ports: OwnerPorts,
    readonly window: OffsetWindow,
  ) {}

  take(records: readonly InRecord[], next: number): void {
    for (const record of records) {
      const { offset } = record;
      if (offset >= this.window.position && !this.window.isSettled(offset)) this.takeRecord(record);
    }
    this.window.advance(next);
  }

  /** Its outcome, or its next retry, is recorded. */
  settled({ due, offset }: DueItem): void {
    if (this.owner.ended) return;
    this.tokens.delete(tokenOf(due));
    this.heldBytes -= due.event.length;
    this.window.settle(offset);
  }

  private takeRecord(record: InRecord): void {
    try {
      const due = decodeDue(record.value);
      if (due.kind === 'lane') {
        this.laneDue(due);
        return;
      }
      // A copy: what was fetched is one piece of memory, which one retry that waits would keep as a whole.
      const value = Buffer.from(due.event);
      const message = decodeEvents(value);
      if (message.kind !== 'event') throw new UndecodableError('not an event');
      const event = { message, value, trace: readTrace(record), bodies: {}, heldBy: 0, fedBy: 0 };
      this.deliveryDue({ due: { ...due, event: value }, event, offset: record.offset });
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error;
      this.reject(record, error.message);
    }
  }

  private laneDue(due: LaneDue): void {
    const key = laneKey(due.tenantId, due.subscriptionId, due.lane);
    const slot = this.owner.slots.get(key);
    if (!slot) {
      this.owner.orphan(key);
      return;
    }
    // Only a person lifts a pause; what waits for longer than events are kept expires by being read.
    const { status } = slot.subscription.snapshot;
    if (slot.lane.paused && status === 'paused') slot.pause(this.ports.now());
    else slot.lane.due(due);
    this.ports.ready(slot);
  }

  /** One that is already on its way ignores equal tokens: its own record settles it. */
  private deliveryDue(item: DueItem): void {
    const { due, offset } = item;
    const token = tokenOf(due);
    const subscription = this.owner.subscriptions.get(due.tenantId, due.subscriptionId);
    if (this.tokens.has(token) || (subscription && this.isOver(subscription, item))) return;
    this.tokens.add(token);
    this.heldBytes += due.event.length;
    this.window.open(offset, 1);
    if (subscription) this.ports.deliverDue(this.owner.slotOf(subscription, '0'), item);
    else this.ports.cancelDue(this.owner, item, () => this.settled(item));
  }

  /**
   * It was taken, or the attempt that this asks for was its last, and an owner before recorded that. The log
   * may have heard of a failed attempt after it.
   */
  private isOver(subscription: Subscription, { due, event }: DueItem): boolean {
    const known = this.owner.endings.get(subscription, due.seq, event.message.id);
    if (due.replayId !== undefined || !known || (!known.delivered && known.attempt <= due.attempt))
      return false;
    this.owner.tellOver(subscription, event.message, due.seq, known);
    return true;
  }

  private reject(record: InRecord, reason: string): void {
    const { offset } = record;
    this.window.open(offset, 1);
    const settle = (): void => void (this.owner.ended || this.window.settle(offset));
    this.ports.reject({ topic: dueTopic.name, partition: this.owner.partition, record, reason }, settle);
  }
}

/**
 * The same for a repeat; another for one that went back to wait, which comes with the same attempt and a new
 * time.
 */
function tokenOf({ deliveryId, attempt, dueAt }: DueItem['due']): string {
  return `${deliveryId}/${attempt}/${dueAt}`;
}
