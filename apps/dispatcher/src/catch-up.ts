import {
  decodeEvents,
  type EventMessage,
  encodeAttempts,
  eventsTopic,
  attemptsTopic,
  UndecodableError,
} from '@posthorn/contracts';
import type { InRecord, LogFn, LogReader } from '@posthorn/messaging';
import type { LaneSlot } from './lane-slot.js';
import type { Outbox } from './outbox.js';
import type { PartitionOwner } from './partition-owner.js';

type Reading = { slot: LaneSlot; position: number; full: boolean };

/**
 * The catch-up reader: one fetch at a time, at the position that has waited longest, given to every lane
 * inside it. So
 * lanes that recover together share their fetches, and none waits for ever.
 */
export class CatchUp {
  /** In the order in which they began to wait. */
  private readonly waiting = new Set<LaneSlot>();
  /** At the main reader's position, which may not be handed over at yet. */
  private readonly stalled = new Set<LaneSlot>();
  private running = false;
  private stopped = false;

  constructor(
    private readonly reader: Pick<LogReader, 'readOnce'>,
    private readonly outbox: Outbox,
    private readonly fed: (slot: LaneSlot) => void,
    private readonly log: LogFn,
  ) {}

  /** A lane's state changed: it may want to be read for. */
  want(slot: LaneSlot): void {
    if (this.stopped || slot.owner.ended || this.stalled.has(slot)) return;
    const from = slot.lane.wantsRead;
    if (from === undefined) return;
    if (from >= slot.owner.nextPosition) {
      this.reached(slot, from);
      return;
    }
    this.waiting.add(slot);
    if (this.running) return;
    this.running = true;
    void this.run();
  }

  /** The main reader of a partition moved on. */
  advanced(owner: PartitionOwner): void {
    // A copy: a lane that is looked at again may find itself stalled again at once.
    for (const slot of [...this.stalled]) {
      if (slot.owner !== owner && !slot.owner.ended) continue;
      this.stalled.delete(slot);
      this.want(slot);
    }
  }

  stop(): void {
    this.stopped = true;
    this.waiting.clear();
    this.stalled.clear();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      // Never within the caller's turn, and never a chain of microtasks alone: sends and heartbeats come
      // between.
      await new Promise((resolve) => setImmediate(resolve));
      const [slot] = this.waiting;
      if (!slot) break;
      this.waiting.delete(slot);
      const from = slot.owner.ended ? undefined : slot.lane.wantsRead;
      if (from === undefined) continue;
      try {
        await this.serve(slot, from);
      } catch (error) {
        this.log('warn', 'catch-up read failed', { partition: slot.owner.partition, error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, 250));
        this.waiting.add(slot);
      }
    }
    this.running = false;
  }

  private async serve(slot: LaneSlot, from: number): Promise<void> {
    const { owner } = slot;
    const read = await this.reader.readOnce(eventsTopic.name, owner.partition, from, owner.nextPosition);
    if (owner.ended) return;
    if (read.kind === 'records') this.give(slot, from, read.records, read.next);
    else if (read.kind === 'expired') this.expire(slot, from, read.low);
    // The end was before our position only when the log is shorter than what was read of it: never.
    else this.reached(slot, owner.nextPosition);
  }

  private give(first: LaneSlot, from: number, records: readonly InRecord[], next: number): void {
    const { owner } = first;
    const end = Math.min(next, owner.nextPosition);
    const byTenant = new Map<string, Reading[]>();
    for (const slot of new Set([first, ...this.waiting])) {
      const position = slot.lane.wantsRead;
      if (slot.owner !== owner || position === undefined || position < from || position >= end) continue;
      this.waiting.delete(slot);
      const reading = { slot, position, full: false };
      const others = byTenant.get(slot.tenantId);
      if (others) others.push(reading);
      else byTenant.set(slot.tenantId, [reading]);
    }
    for (const record of records) {
      if (record.offset >= end) break;
      if (record.offset >= from) feedRecord(owner, byTenant, record);
    }
    for (const readings of byTenant.values()) {
      for (const { slot, full } of readings) {
        if (full) this.fed(slot);
        else this.reached(slot, end);
      }
    }
    // A fetch that brought nothing new moved nobody on.
    this.want(first);
  }

  private reached(slot: LaneSlot, position: number): void {
    slot.lane.fedUpTo(position, slot.owner.window.loadedEnd);
    const next = slot.lane.wantsRead;
    if (next !== undefined && next >= slot.owner.nextPosition) this.stalled.add(slot);
    this.fed(slot);
    this.want(slot);
  }

  /**
   * The log no longer reaches back to where the lane waits: said aloud, counted, and gone on from where it
   * begins.
   */
  private expire(slot: LaneSlot, from: number, low: number): void {
    const { tenantId, subscription, owner } = slot;
    const range = {
      lane: slot.name,
      fromSeq: from,
      untilSeq: low,
      at: Date.now(),
      reason: 'expired' as const,
    };
    this.log('error', 'events expired while a subscription waited', {
      tenantId,
      ...range,
      subscriptionId: subscription.snapshot.id,
    });
    this.outbox.write({
      topic: attemptsTopic.name,
      partition: owner.partition,
      key: tenantId,
      value: encodeAttempts({
        kind: 'lane-cancelled',
        tenantId,
        subscriptionId: subscription.snapshot.id,
        ...range,
      }),
    });
    this.reached(slot, low);
  }
}

/** Gives one record to every lane that reads here and whose subscription matches it. */
function feedRecord(owner: PartitionOwner, byTenant: Map<string, Reading[]>, record: InRecord): void {
  const message = decodeEvent(record);
  const readings = message && byTenant.get(message.tenantId);
  if (!readings || owner.isRepeat(message, record.offset)) return;
  let event;
  for (const reading of readings) {
    const { slot, position, full } = reading;
    if (full || record.offset < position || !isFor(slot, message, record.offset)) continue;
    event ??= owner.logEvent(message, record);
    reading.full = !slot.lane.feed(record.offset, event, event.value.length);
  }
}

/** A replay uses today's filter; everything else is decided as it was the first time. */
function isFor(slot: LaneSlot, message: EventMessage, seq: number): boolean {
  const { owner, subscription, name, replayId } = slot;
  if (replayId !== undefined) return subscription.matches(message, Infinity);
  return subscription.matches(message, seq) && owner.laneOf(subscription, message) === name;
}

/** What cannot be decoded went to `rejected` when the main reader came to it. */
function decodeEvent(record: InRecord) {
  try {
    const message = decodeEvents(record.value);
    return message.kind === 'event' ? message : undefined;
  } catch (error) {
    if (error instanceof UndecodableError) return undefined;
    throw error;
  }
}
