import {
  decodeEvents,
  type EventMessage,
  encodeAttempts,
  eventsTopic,
  attemptsTopic,
  UndecodableError,
} from '@posthorn/contracts';
import type { InRecord, LogFn, LogReader } from '@posthorn/messaging';
import { BatchCache, type CachedBatch } from './batch-cache.js';
import type { LaneSlot } from './lane-slot.js';
import type { Outbox } from './outbox.js';
import type { PartitionOwner } from './partition-owner.js';

type Reading = { slot: LaneSlot; position: number; full: boolean; rationed: boolean };

/** What waits in one partition. */
type Queue = { waiting: Set<LaneSlot>; running: boolean };

const cacheBytesMax = 24 * 1024 * 1024;
const failedReadPauseMs = 250;
const memoryPauseMs = 25;
/** What a lane that has nothing in memory is given even where there is no memory for more. */
const rationEvents = 2;
const rationBytes = 16 * 1024;

/**
 * The catch-up reader: in each partition one fetch at a time, at the position that has waited longest, given
 * to every
 * lane inside it. So lanes that recover together share their fetches, and none waits for ever.
 */
export class CatchUp {
  /** Lanes in the order in which they began to wait. */
  private readonly queues = new Map<PartitionOwner, Queue>();
  /** At the main reader's position, which may not be handed over at yet. */
  private readonly stalled = new Set<LaneSlot>();
  private readonly cache = new BatchCache(cacheBytesMax);
  private stopped = false;

  constructor(
    private readonly reader: Pick<LogReader, 'readOnce'>,
    private readonly outbox: Outbox,
    private readonly fed: (slot: LaneSlot) => void,
    private readonly log: LogFn,
    /** Whether there is memory for more than rations. */
    private readonly mayFeed: () => boolean = () => true,
    /** Events expired while the lane waited. */
    private readonly expired: () => void = () => undefined,
  ) {}

  /** A lane's state changed: it may want to be read for. */
  want(slot: LaneSlot): void {
    const { owner } = slot;
    if (this.stopped || owner.ended || this.stalled.has(slot)) return;
    const from = slot.lane.wantsRead;
    if (from === undefined) return;
    if (from >= owner.nextPosition) {
      this.reached(slot, from);
      return;
    }
    const queue = this.queues.get(owner) ?? { waiting: new Set(), running: false };
    this.queues.set(owner, queue);
    queue.waiting.add(slot);
    if (queue.running) return;
    queue.running = true;
    void this.run(owner, queue);
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

  /** The partition is not ours any more, or is taken over anew. */
  forget(owner: PartitionOwner): void {
    this.queues.delete(owner);
    this.cache.forget(owner.partition);
    for (const slot of this.stalled) if (slot.owner === owner) this.stalled.delete(slot);
  }

  stop(): void {
    this.stopped = true;
    this.queues.clear();
    this.stalled.clear();
  }

  private async run(owner: PartitionOwner, queue: Queue): Promise<void> {
    while (!this.stopped && !owner.ended) {
      // Never within the caller's turn, and never a chain of microtasks alone: sends and heartbeats come
      // between.
      await new Promise((resolve) => setImmediate(resolve));
      if (queue.waiting.size === 0) break;
      const slot = this.next(queue);
      if (!slot) {
        await new Promise((resolve) => setTimeout(resolve, memoryPauseMs));
        continue;
      }
      queue.waiting.delete(slot);
      const from = slot.lane.wantsRead;
      if (from === undefined) continue;
      try {
        await this.serve(slot, from, queue);
      } catch (error) {
        this.log('warn', 'catch-up read failed', { partition: owner.partition, error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, failedReadPauseMs));
        queue.waiting.add(slot);
      }
    }
    queue.running = false;
    if (queue.waiting.size === 0) this.queues.delete(owner);
  }

  /** Who has waited longest; where memory is short, of those that have nothing. */
  private next({ waiting }: Queue): LaneSlot | undefined {
    const rationed = !this.mayFeed();
    for (const slot of waiting) if (!rationed || hasNothing(slot)) return slot;
    return undefined;
  }

  private async serve(slot: LaneSlot, from: number, queue: Queue): Promise<void> {
    const { owner } = slot;
    const cached = this.cache.find(owner.partition, from);
    if (cached) {
      this.give(slot, cached, queue);
      return;
    }
    const read = await this.reader.readOnce(eventsTopic.name, owner.partition, from, owner.nextPosition);
    if (owner.ended) return;
    if (read.kind === 'records') {
      this.cache.keep(owner.partition, from, read.records, read.next);
      this.give(slot, { from, ...read }, queue);
    } else if (read.kind === 'expired') this.expire(slot, from, read.low);
    // The log seems shorter than what was read of it: nothing is passed over for that.
    else throw new Error(`the log ends before ${owner.nextPosition}`);
  }

  private give(first: LaneSlot, batch: Pick<CachedBatch, 'from' | 'records' | 'next'>, queue: Queue): void {
    const { owner } = first;
    const { from, records, next } = batch;
    const end = Math.min(next, owner.nextPosition);
    const readings: Reading[] = [];
    const byTenant = new Map<string, Reading[]>();
    const rationed = !this.mayFeed();
    for (const slot of new Set([first, ...queue.waiting])) {
      if (rationed && !hasNothing(slot)) continue;
      const position = slot.lane.wantsRead;
      if (position === undefined || position < from || position >= end) continue;
      queue.waiting.delete(slot);
      const reading = { slot, position, full: false, rationed };
      readings.push(reading);
      const others = byTenant.get(slot.tenantId);
      if (others) others.push(reading);
      else byTenant.set(slot.tenantId, [reading]);
    }
    let open = readings.length;
    const lowest = Math.min(...readings.map(({ position }) => position));
    for (const record of records) {
      if (record.offset >= end || open === 0) break;
      if (record.offset >= lowest) open -= feedRecord(owner, byTenant, record);
    }
    for (const { slot, full } of readings) {
      if (full) this.fed(slot);
      else this.reached(slot, end);
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
      untilSeq: Math.min(low, slot.lane.endsAt),
      at: Date.now(),
      reason: 'expired' as const,
    };
    this.expired();
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

/**
 * Gives one record to every lane that reads here and whose subscription matches it; answers how many became
 * full.
 */
function feedRecord(owner: PartitionOwner, byTenant: Map<string, Reading[]>, record: InRecord): number {
  // The key of an event is its tenant: most records need not be decoded to know that nobody waits for them.
  if (record.key && !byTenant.has(record.key.toString('utf8'))) return 0;
  const message = decodeEvent(record);
  const readings = message && byTenant.get(message.tenantId);
  if (!readings) return 0;
  const repeats = owner.isRepeat(message, record, true);
  let event;
  let filled = 0;
  for (const reading of readings) {
    const { slot, position, full } = reading;
    if (full || record.offset < position || !isFor(slot, message, record.offset)) continue;
    // What was begun is brought to its end.
    if (repeats && !slot.only && !slot.lane.hasTried(record.offset)) continue;
    event ??= owner.logEvent(message, record);
    if (!hasItsRation(reading) && slot.lane.feed(record.offset, event, event.value.length)) continue;
    reading.full = true;
    filled++;
  }
  return filled;
}

function hasNothing({ lane }: LaneSlot): boolean {
  return lane.queued === 0 && lane.inFlightCount === 0;
}

function hasItsRation({ slot: { lane }, rationed }: Reading): boolean {
  return rationed && (lane.queued >= rationEvents || lane.bufferedBytes >= rationBytes);
}

/**
 * A replay sends what its order names, or what today's filter matches; everything else is decided as it was
 * the first time.
 */
function isFor(slot: LaneSlot, message: EventMessage, seq: number): boolean {
  const { owner, subscription, name, replayId, only } = slot;
  if (only) return only.has(seq);
  if (replayId !== undefined) return subscription.matches(message, Infinity);
  if (!subscription.matches(message, seq) || owner.laneOf(subscription, message) !== name) return false;
  const known = owner.endings.get(subscription, seq, message.id);
  if (known && slot.lane.hasTried(seq)) {
    // A lane that waited for this very one need not wait any more, nor probe: its receiver took it.
    if (known.delivered) slot.lane.health.succeeded();
    owner.tellOver(subscription, message, seq, known);
  }
  return !known;
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
