import type { LaneItem } from './lane-record.js';

/** What a lane has in memory: events that wait, are in flight, or are over but not recorded yet. */
export class LaneBuffer<E> {
  private readonly queue: LaneItem<E>[] = [];
  private queuedBytes = 0;
  private readonly inFlight = new Set<LaneItem<E>>();
  private readonly unrecorded = new Set<number>();
  /** Held events whose payload was let go; the catch-up reader reads them again. */
  private heldSeqs: number[] = [];
  /** Items that only the lane's record covers. */
  private covered = 0;

  constructor(
    private readonly release: (seq: number) => void,
    private readonly buffered: (bytes: number, held: boolean) => void,
  ) {}

  get queued(): number {
    return this.queue.length;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  get flying(): number {
    return this.inFlight.size;
  }

  get unrecordedCount(): number {
    return this.unrecorded.size;
  }

  /** Items that LIVE has to wait for, because no hold in the window protects them. */
  get coveredCount(): number {
    return this.covered;
  }

  get head(): LaneItem<E> | undefined {
    return this.queue[0];
  }

  get oldest(): number | undefined {
    let oldest = this.queue[0]?.seq ?? Infinity;
    for (const { seq } of this.inFlight) if (seq < oldest) oldest = seq;
    return oldest === Infinity ? undefined : oldest;
  }

  push(seq: number, event: E, bytes: number, attempt: number, held: boolean): void {
    this.queue.push({ seq, event, bytes, attempt, held, cancelled: false });
    this.addBytes(bytes, held);
    if (!held) this.covered++;
  }

  start(): LaneItem<E> {
    const item = this.queue.shift()!;
    this.addBytes(-item.bytes, item.held);
    this.inFlight.add(item);
    return item;
  }

  /** It is finished; `recorded` follows. */
  over(item: LaneItem<E>): void {
    this.inFlight.delete(item);
    this.unrecorded.add(item.seq);
  }

  recorded(item: LaneItem<E>): void {
    this.unrecorded.delete(item.seq);
    this.unhold(item);
  }

  /** Keeps an event's hold, but nothing of it in memory. */
  hold(seq: number): void {
    this.heldSeqs.push(seq);
  }

  /** Lets a failed item and everything queued behind it go from memory; their holds stay. */
  letGo(failed?: LaneItem<E>): void {
    if (failed) {
      this.inFlight.delete(failed);
      this.forget(failed);
    }
    for (const item of this.queue.splice(0)) {
      this.addBytes(-item.bytes, item.held);
      this.forget(item);
    }
  }

  /** Drops what waits, holds included; what is in flight is marked. */
  cancel(): void {
    this.letGo();
    this.releaseHeld();
    for (const item of this.inFlight) item.cancelled = true;
  }

  releaseHeld(): void {
    for (const seq of this.heldSeqs.splice(0)) this.release(seq);
  }

  /** From here on the lane's record covers what is in memory as well: the window need not wait for it. */
  coverItems(): void {
    for (const item of this.queue) {
      if (item.held) {
        this.buffered(-item.bytes, true);
        this.buffered(item.bytes, false);
      }
      this.coverItem(item);
    }
    for (const item of this.inFlight) this.coverItem(item);
  }

  /**
   * The first event that is not finished and recorded, among those in memory; `beyond` where there is none.
   */
  lowest(beyond: { cursor: number; attempt: number }): { cursor: number; attempt: number } {
    let { cursor, attempt } = beyond;
    for (const seq of this.unrecorded) if (seq < cursor) [cursor, attempt] = [seq, 0];
    for (const item of this.inFlight) if (item.seq < cursor) [cursor, attempt] = [item.seq, item.attempt];
    const head = this.queue[0];
    if (head && head.seq < cursor) [cursor, attempt] = [head.seq, head.attempt];
    return { cursor, attempt };
  }

  private addBytes(bytes: number, held: boolean): void {
    this.queuedBytes += bytes;
    this.buffered(bytes, held);
  }

  private coverItem(item: LaneItem<E>): void {
    if (!item.held) return;
    this.unhold(item);
    this.covered++;
  }

  private forget(item: LaneItem<E>): void {
    if (item.held) this.heldSeqs.push(item.seq);
    else this.covered--;
  }

  /** Its hold goes, or it is one less that the record has to cover. */
  private unhold(item: LaneItem<E>): void {
    if (!item.held) {
      this.covered--;
      return;
    }
    item.held = false;
    this.release(item.seq);
  }
}
