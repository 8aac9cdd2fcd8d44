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
  /** Unfinished items that the window waits for. */
  private holding = 0;

  constructor(
    private readonly release: (seq: number) => void,
    private readonly buffered: (event: E, bytes: number, held: boolean) => void,
  ) {}

  get queued(): number {
    return this.queue.length;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0 && this.inFlight.size === 0 && this.unrecorded.size === 0;
  }

  /** Within both bounds; a single event may be as large as it is. */
  hasRoom(bytes: number, eventsMax: number, bytesMax: number): boolean {
    return this.queued < eventsMax && (this.queuedBytes + bytes <= bytesMax || this.queued === 0);
  }

  get flying(): number {
    return this.inFlight.size;
  }

  /** When the first of what is in flight was started. */
  get flyingSince(): number | undefined {
    // A set keeps the order in which they were started.
    for (const { startedAt } of this.inFlight) return startedAt;
    return undefined;
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

  /** The first unfinished event in memory. */
  get oldest(): E | undefined {
    let [oldest] = this.queue;
    for (const item of this.inFlight) if (!oldest || item.seq < oldest.seq) oldest = item;
    return oldest?.event;
  }

  /** When what is in flight at `seq` was started; undefined where nothing is. */
  startedAt(seq: number): number | undefined {
    for (const item of this.inFlight) if (item.seq === seq) return item.startedAt;
    return undefined;
  }

  /** The first unfinished event that the window waits for. */
  get oldestHeld(): number | undefined {
    if (this.holding === 0) return undefined;
    let oldest = this.queue.find(({ held }) => held)?.seq ?? Infinity;
    for (const { seq, held } of this.inFlight) if (held && seq < oldest) oldest = seq;
    return oldest;
  }

  push(seq: number, event: E, bytes: number, attempt: number, held: boolean): void {
    this.queue.push({ seq, event, bytes, attempt, held, cancelled: false, startedAt: 0 });
    this.queuedBytes += bytes;
    this.buffered(event, bytes, held);
    if (held) this.holding++;
    else this.covered++;
  }

  start(): LaneItem<E> {
    const item = this.queue.shift()!;
    // It makes room in its lane; in memory it stays until it is over.
    this.queuedBytes -= item.bytes;
    this.inFlight.add(item);
    return item;
  }

  /** It is finished; `recorded` follows. */
  over(item: LaneItem<E>): void {
    this.inFlight.delete(item);
    this.leave(item);
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
    for (const item of this.queue.splice(0)) this.forget(item);
    this.queuedBytes = 0;
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
    for (const item of this.queue) this.coverItem(item);
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

  private coverItem(item: LaneItem<E>): void {
    if (!item.held) return;
    this.leave(item);
    this.buffered(item.event, item.bytes, false);
    this.unhold(item);
    this.covered++;
  }

  private forget(item: LaneItem<E>): void {
    this.leave(item);
    if (item.held) this.heldSeqs.push(item.seq);
    else this.covered--;
  }

  /** It is no longer waited for in memory under this account. */
  private leave({ event, bytes, held }: LaneItem<E>): void {
    this.buffered(event, -bytes, held);
    if (held) this.holding--;
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
