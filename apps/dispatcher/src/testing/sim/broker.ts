import {
  attemptsTopic,
  cursorsTopic,
  decodeAttempts,
  decodeCursors,
  decodeRejected,
  decodeSubscription,
  dueKey,
  dueTopic,
  eventsTopic,
  laneOfKey,
  type LaneMessage,
  ownerKey,
  rejectedTopic,
  retriesTopic,
  type SubscriptionMessage,
  subscriptionsTopic,
  windowKey,
} from '@posthorn/contracts';
import type { OutRecord, TxRecord } from '@posthorn/messaging';
import { MemoryLog } from './log.js';

export type DurableLane = { message: LaneMessage; takenAt: number };

/** A position and what is settled beyond it, as `_window` and `_due` say. */
export class DurableWindow {
  next = 0;
  private bits: Buffer = Buffer.alloc(0);

  set({ next, bitmap }: { next: number; bitmap: string }): void {
    this.next = next;
    this.bits = Buffer.from(bitmap, 'base64');
  }

  has(offset: number): boolean {
    if (offset < this.next) return true;
    const i = offset - this.next;
    return ((this.bits[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
  }
}

export const pairKey = (subscriptionId: string, seq: number, replayId = ''): string =>
  `${subscriptionId}/${seq}/${replayId}`;

/** Everything durable: the topics of one partition, and what a reader of all of them would know. */
export class Broker {
  readonly logs = new Map(
    [eventsTopic, dueTopic, cursorsTopic, subscriptionsTopic, retriesTopic, attemptsTopic, rejectedTopic].map(
      ({ name }) => [name, new MemoryLog()],
    ),
  );
  /** Of the partition's transactional id: a transaction of an older one is fenced. */
  epoch = 0;
  readonly window = new DurableWindow();
  readonly due = new DurableWindow();
  readonly lanes = new Map<string, DurableLane>();
  readonly subscriptions = new Map<string, SubscriptionMessage>();
  /** Deliveries that are over, as `attempts` says. */
  readonly over = new Set<string>();
  /**
   * Those of them that owners recorded while they were owners, since all processes together last stood still
   * for longer than clocks may differ: every later owner has to know them.
   */
  readonly knowable = new Set<string>();
  /** The same as it stood when the last owner had fenced the one before. */
  overAtFence: ReadonlySet<string> = new Set();
  /** Offsets of `events` and `due` whose records were refused. */
  readonly rejected = new Set<string>();

  constructor(private readonly now: () => number) {}

  log(topic: string): MemoryLog {
    const log = this.logs.get(topic);
    if (!log) throw new Error(`no such topic: ${topic}`);
    return log;
  }

  /** @param byOwner whether who writes it has not been fenced */
  append(record: Pick<OutRecord, 'topic' | 'key' | 'value'>, byOwner = false): number {
    const offset = this.log(record.topic).append(record, this.now());
    if (record.topic === attemptsTopic.name) this.ended(record.value as Buffer, byOwner);
    if (record.topic === rejectedTopic.name) this.refused(record.value as Buffer);
    return offset;
  }

  /** All records of a transaction become visible at once. */
  commit(records: readonly TxRecord[], takenAt: number): void {
    for (const { topic, key, value } of records) {
      const bytes = value === null ? null : Buffer.from(value);
      this.log(topic).append({ key, value: bytes }, this.now());
      if (topic === subscriptionsTopic.name) this.subscriptions.set(key, decodeSubscription(bytes));
      else this.cursor(key, bytes, takenAt);
    }
  }

  private cursor(key: string, value: Buffer | null, takenAt: number): void {
    if (laneOfKey(key)) {
      if (value) this.lanes.set(key, { message: decodeCursors(value) as LaneMessage, takenAt });
      else this.lanes.delete(key);
    } else if (key === ownerKey) this.overAtFence = new Set(this.knowable);
    else if (key === windowKey || key === dueKey) {
      const message = decodeCursors(value);
      if (message.kind !== 'window' && message.kind !== 'due') throw new Error(`${key} says ${message.kind}`);
      (key === windowKey ? this.window : this.due).set(message);
    }
  }

  private ended(value: Buffer, byOwner: boolean): void {
    const key = endedPair(value);
    if (key) this.over.add(key);
    if (key && byOwner) this.knowable.add(key);
  }

  private refused(value: Buffer): void {
    const { topic, offset } = decodeRejected(value);
    this.rejected.add(`${topic}/${offset}`);
  }
}

function endedPair(value: Buffer): string | undefined {
  const message = decodeAttempts(value);
  if (message.kind === 'lane-cancelled' || !message.final) return undefined;
  return pairKey(message.subscriptionId, message.seq, message.replayId);
}
