import type { EachBatchPayload } from 'kafkajs';
import { fetchedOffset, recordsFrom, type InRecord } from './records.js';

/** Records between two positions; none where only markers, aborted records or gaps lie between them. */
export type Chunk = { records: InRecord[]; next: number };

/**
 * `lost`: the log did not go on where it should, so the bounds have to be asked again before the next seek.
 */
export type ChunkResult = { kind: 'chunk'; chunk: Chunk } | { kind: 'nothing' } | { kind: 'lost' };

export type ChannelPort = {
  seek(offset: number): void;
  pause(): void;
  resume(): void;
  /** Counts the fetches begun at the broker that leads this partition. */
  fetches(): number;
};

type Waiting = { from: number; resolve: (result: ChunkResult) => void; timer: NodeJS.Timeout };
type Held = Chunk & { from: number };

/**
 * One partition of the log reader: at most one request, answered by the next chunk from its position. Between
 * requests the partition is paused; while somebody reads on without a gap it runs one chunk ahead, because a
 * resumed partition waits for the fetch that is under way.
 *
 * Keeps the position itself. kafkajs forgets its own at every join, moves it silently to the start of the log
 * when it does not exist, and may still deliver one batch after a pause.
 */
export class PartitionChannel {
  /** Where the next fetch begins, as far as known; unknown means: seek. */
  private position: number | undefined;
  private held: Held[] = [];
  private waiting: Waiting | undefined;
  private running = false;
  private ahead = false;
  private seekedAtFetch = 0;

  constructor(private readonly port: ChannelPort) {}

  /** Whether reading from here needs no seek, and so no look at the bounds of the log. */
  continuesAt(from: number): boolean {
    const [first] = this.held;
    return first ? from >= first.from && from < first.next : this.position === from;
  }

  /** The next chunk from here; `nothing` when none came in time. One call at a time. */
  next(from: number, ahead: boolean, waitMs: number): Promise<ChunkResult> {
    const continued = this.continuesAt(from);
    this.ahead = ahead || continued;
    const [first, ...rest] = this.held;
    if (first && continued) {
      this.held = rest;
      if (rest.length === 0 && this.position !== undefined) this.run();
      const records =
        from === first.from ? first.records : first.records.filter(({ offset }) => offset >= from);
      return Promise.resolve({ kind: 'chunk', chunk: { records, next: first.next } });
    }
    this.held = [];
    if (!continued) this.seek(from);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer({ kind: 'nothing' }), waitMs);
      this.waiting = { from, resolve, timer };
      this.run();
    });
  }

  /** Nobody reads on for now. */
  rest(): void {
    if (!this.waiting) this.halt();
  }

  /** Inside GROUP_JOIN, when everything is paused and no position is known to kafkajs any more. */
  joined(): void {
    this.running = false;
    this.position = undefined;
    if (!this.waiting) return;
    this.seek(this.waiting.from);
    this.run();
  }

  lost(): void {
    this.running = false;
    this.position = undefined;
  }

  /** A waiting request is given up. */
  close(): void {
    this.answer({ kind: 'nothing' });
  }

  onBatch(payload: EachBatchPayload): void {
    const { batch } = payload;
    if (this.position === undefined || payload.isStale()) return;
    if (fetchedOffset(batch) !== this.position) return this.lose();
    const chunk = {
      records: recordsFrom(batch.messages, this.position),
      next: Number(batch.lastOffset()) + 1,
    };
    this.take(chunk, this.position);
  }

  /** Also tells of batches that held nothing but markers and aborted records: `onBatch` never sees those. */
  onBatchEnd(lastOffset: number): void {
    if (this.position === undefined || lastOffset < this.position) return;
    // It may have been fetched before the last seek, and nothing in it says so. Seek again and wait for the
    // fetch after that.
    if (this.port.fetches() <= this.seekedAtFetch) return this.seek(this.position);
    this.take({ records: [], next: lastOffset + 1 }, this.position);
  }

  private take(chunk: Chunk, from: number): void {
    this.position = chunk.next;
    if (this.waiting) {
      if (!this.ahead) this.halt();
      this.answer({ kind: 'chunk', chunk });
      return;
    }
    this.halt();
    if (chunk.records.length > 0 || this.held.length > 0) this.held.push({ ...chunk, from });
  }

  private lose(): void {
    this.position = undefined;
    this.halt();
    this.answer({ kind: 'lost' });
  }

  private answer(result: ChunkResult): void {
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = undefined;
    clearTimeout(waiting.timer);
    // After a wait in vain, kafkajs may stand anywhere: the next request seeks.
    if (result.kind === 'nothing') {
      this.position = undefined;
      this.halt();
    }
    waiting.resolve(result);
  }

  private seek(offset: number): void {
    this.position = offset;
    this.seekedAtFetch = this.port.fetches();
    this.port.seek(offset);
  }

  private run(): void {
    if (this.running) return;
    this.running = true;
    this.port.resume();
  }

  private halt(): void {
    if (!this.running) return;
    this.running = false;
    this.port.pause();
  }
}
