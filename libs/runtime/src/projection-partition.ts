import { backoffMs, sleep } from './concurrency.js';
import type { Database } from './database.js';
import { blamesData, isStatementTimeout } from './database-errors.js';
import type { Logger } from './logging.js';
import { loadOffsets } from './projection-offsets.js';
import { type ProjectionRounds, roundMaxBytes } from './projection-rounds.js';
import {
  keyOf,
  type ProjectionBatch,
  type ProjectionRecord,
  type Rejection,
  type TopicPartition,
} from './projection-types.js';

/** What the partitions of one runner share. */
export type PartitionContext<R extends ProjectionRecord> = {
  database: Database;
  logger: Logger;
  rejected: (rejection: Rejection<R>) => Promise<void>;
  /** Of its topic: where all of them write. */
  rounds: ProjectionRounds<R>;
  applyMaxRecords: number;
  /** After a commit. */
  applied: (records: readonly R[], beganMs: number) => void;
  /** Buffered records and bytes went up or down. */
  buffered: (records: number, bytes: number) => void;
  /** Read again from here; `undefined` is the earliest there is. */
  seek: (offset: number | undefined) => void;
};

type Buffered<R> = { records: R[]; next: number; bytes: number };
type Outcome = 'applied' | 'lost' | 'stopped';

const handlerTries = 3;

/**
 * Applies one partition's records in order, as large batches as have come in meanwhile, each in one
 * transaction with the offset behind it, which others may share. Lives from an assignment to the next one;
 * what it holds can be dropped at any moment, because it will be read again from the stored offset.
 */
export class ProjectionPartition<R extends ProjectionRecord> {
  private readonly queue: Buffered<R>[] = [];
  private stopped = false;
  private working: Promise<void> | undefined;
  private queuedRecords = 0;
  /** What is being applied, or what it met, failed: it is not put together with others' any more. */
  private atFault = false;
  /** What the offset row holds, as far as we know; `undefined` is no row. */
  private stored: number | undefined;
  /** Offset of the next record to take in; `undefined` until begin(). */
  private position: number | undefined;

  constructor(
    readonly at: TopicPartition,
    private readonly context: PartitionContext<R>,
  ) {}

  get loaded(): boolean {
    return this.position !== undefined;
  }

  get idle(): boolean {
    return this.working === undefined;
  }

  get oldestTimestamp(): number | undefined {
    return this.queue[0]?.records[0]?.timestamp;
  }

  /** @param stored what the offset row holds @param position where reading starts, which may be elsewhere */
  begin(stored: number | undefined, position: number): void {
    this.stored = stored;
    this.position = position;
  }

  /** Takes what is new of it: after a rejoin or a seek a partition is read again from further back. */
  push({ records, next }: Pick<ProjectionBatch<R>, 'records' | 'next'>): void {
    const { position } = this;
    if (this.stopped || position === undefined || next <= position) return;
    const fresh = records.filter(({ offset }) => offset >= position);
    const bytes = fresh.reduce((sum, record) => sum + sizeOf(record), 0);
    this.queue.push({ records: fresh, next, bytes });
    this.position = next;
    this.queuedRecords += fresh.length;
    this.context.buffered(fresh.length, bytes);
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  /** Ends after what is being applied now. Does not wait for it. */
  stop(): void {
    this.stopped = true;
    this.drop(this.queue.length);
  }

  async finished(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    while (!this.stopped && this.queue.length > 0) {
      await this.context.rounds.due(this.queuedRecords);
      if (this.stopped) return;
      const { records, next, count } = this.merged();
      const outcome = await this.apply(records, next, handlerTries);
      this.atFault = false;
      if (outcome === 'applied') this.drop(this.stopped ? 0 : count);
      else if (outcome === 'lost') await this.startOver();
    }
  }

  private merged(): { records: R[]; next: number; count: number } {
    const records: R[] = [];
    let count = 0;
    let bytes = 0;
    let next = 0;
    for (const one of this.queue) {
      if (count > 0 && records.length + one.records.length > this.context.applyMaxRecords) break;
      if (count > 0 && bytes + one.bytes > roundMaxBytes) break;
      bytes += one.bytes;
      for (const record of one.records) records.push(record);
      next = one.next;
      count++;
    }
    return { records, next, count };
  }

  private drop(count: number): void {
    const gone = this.queue.splice(0, count);
    if (gone.length === 0) return;
    const records = gone.reduce((sum, one) => sum + one.records.length, 0);
    this.queuedRecords -= records;
    this.context.buffered(-records, -gone.reduce((sum, one) => sum + one.bytes, 0));
  }

  /**
   * Until it is done, lost or stopped: while PostgreSQL is away it waits, a record nobody can apply is
   * rejected.
   */
  private async apply(records: R[], next: number, tries: number): Promise<Outcome> {
    let waits = 0;
    let failures = 0;
    while (!this.stopped) {
      try {
        return await this.applyOnce(records, next);
      } catch (error) {
        // Half of a batch that took too long may be quick enough; one record that takes too long is not
        // at fault.
        if (!blamesData(error) && !(isStatementTimeout(error) && records.length > 1)) {
          waits++;
          // Whatever takes too long, or takes the connection with it, may be in here.
          if (waits > 1 || isStatementTimeout(error)) this.atFault = true;
          if (waits === 1 || waits % 30 === 0)
            this.context.logger.warn({ err: error, ...this.at }, 'projection waits for PostgreSQL');
          await sleep(backoffMs(waits));
          continue;
        }
        failures++;
        this.atFault = true;
        this.context.logger.warn(
          { err: error, ...this.at, records: records.length, next, failures },
          'batch failed',
        );
        if (failures >= tries) return this.split(records, next, error);
        await sleep(50 * Math.min(failures, 20));
      }
    }
    return 'stopped';
  }

  private async applyOnce(records: R[], next: number): Promise<Outcome> {
    const beganMs = Date.now();
    const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
    const { at, stored: expected, atFault: alone } = this;
    const won = await this.context.rounds.write({ ...at, records, next, bytes, expected, alone });
    // Lost, or this is the repeat of a commit whose answer we did not get: then the row says exactly what
    // we want.
    if (!won && (await this.readStored()) !== next) return 'lost';
    this.stored = next;
    this.context.applied(records, beganMs);
    return 'applied';
  }

  /** Halves until the bad record stands alone. What is before it is applied first, so the order stays. */
  private async split(records: R[], next: number, error: unknown): Promise<Outcome> {
    if (records.length === 0) return 'lost';
    if (records.length === 1) return this.reject(records[0]!, next, error);
    const middle = records.length >> 1;
    const first = await this.apply(records.slice(0, middle), records[middle]!.offset, triesFor(middle));
    if (first !== 'applied') return first;
    return this.apply(records.slice(middle), next, triesFor(records.length - middle));
  }

  private async reject(record: R, next: number, error: unknown): Promise<Outcome> {
    for (let failures = 1; !this.stopped; failures++) {
      try {
        await this.context.rejected({ ...this.at, record, error });
        this.context.logger.error({ err: error, ...this.at, offset: record.offset }, 'record rejected');
        return await this.apply([], next, Infinity);
      } catch (err) {
        this.context.logger.warn({ err, ...this.at, offset: record.offset }, 'record could not be rejected');
        await sleep(backoffMs(failures));
      }
    }
    return 'stopped';
  }

  /** Another instance has this partition, or had it a moment ago: believe the row, not ourselves. */
  private async startOver(): Promise<void> {
    this.drop(this.queue.length);
    for (let failures = 1; !this.stopped; failures++) {
      try {
        const stored = await this.readStored();
        // Two instances that both believe to own it must not chase each other at full speed.
        await sleep(backoffMs(1));
        if (this.stopped) return;
        this.drop(this.queue.length);
        this.context.logger.info(
          { ...this.at, stored },
          'another instance is ahead: reading on from its offset',
        );
        this.stored = stored;
        this.position = stored ?? 0;
        this.context.seek(stored);
        return;
      } catch (err) {
        this.context.logger.warn({ err, ...this.at }, 'the stored offset could not be read');
        await sleep(backoffMs(failures));
      }
    }
  }

  private async readStored(): Promise<number | undefined> {
    return (await loadOffsets(this.context.database, [this.at])).get(keyOf(this.at));
  }
}

/** While searching for the bad record only single ones get a second chance. */
function triesFor(records: number): number {
  return records === 1 ? handlerTries : 1;
}

/** Roughly what a record keeps in memory. */
function sizeOf({ key, value }: ProjectionRecord): number {
  return 200 + (key?.length ?? 0) + (value?.length ?? 0);
}
