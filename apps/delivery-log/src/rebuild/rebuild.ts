import { attemptsTopic, decodeAttempts } from '@posthorn/contracts';
import type { InRecord, KafkaConnection, LogReader } from '@posthorn/messaging';
import {
  blamesData,
  type BulkTransaction,
  type Database,
  type Logger,
  type Transaction,
} from '@posthorn/runtime';
import { dayMs } from '../day-partitions.js';
import { DeliveryProjection } from '../delivery.projection.js';
import { lockBooks, RuleBookStore } from '../rule-book.store.js';
import { firstWholeDay, type LogStart, type RowsStart } from './first-whole-day.js';
import { dropShadow, inShadow, makeShadow, provePartitions, swap } from './shadow.js';

const topic = attemptsTopic.name;
const batchRecords = 2_000;
const batchBytes = 8 * 1024 * 1024;
/** What is read at a time: as much as memory should hold. */
const readRecords = 50_000;
const readBytes = 32 * 1024 * 1024;
/** What is left to read while nobody else may write. */
const nearRecords = 5_000;
const roundsMax = 1_000;
/** Who waits for the tables in use lets others go first, and tries again. */
const lockTimeoutMs = 3_000;
const swapsMax = 100;
/** More than a foreign writer's mistakes: then the fault is ours, and what there is stays as it is. */
const leftOutMax = 1_000;

export type Rebuilt = {
  records: number;
  /** Records that nobody can apply. */
  leftOut: number;
  partitions: string[];
  fromDay: string;
};

type Parts = {
  database: Database;
  kafka: Pick<KafkaConnection, 'endOffsets'>;
  reader: Pick<LogReader, 'readRange'>;
  logger: Logger;
};

/**
 * Makes `deliveries` and `attempts` anew from the log while those in use go on being written and read, then
 * changes their days at once. Days that the log does not reach back to stay as they are. An interrupted one
 * has changed nothing and is begun again. Tells nobody anything, and counts nothing: that was done before.
 */
export class DeliveriesRebuild {
  private readonly books = new RuleBookStore();
  private readonly next = new Map<number, number>();
  private projection!: DeliveryProjection;
  private records = 0;
  /** By place in the log: a transaction may be tried again. */
  private readonly leftOut = new Set<string>();

  constructor(private readonly parts: Parts) {}

  async run(): Promise<Rebuilt> {
    const { database, logger } = this.parts;
    const startedAt = new Date();
    const fromDay = firstWholeDay(await this.logStarts(), await rowsStarts(database));
    this.projection = new DeliveryProjection(this.books, { rowsOnly: true, fromDay });
    await database.transaction(makeShadow);
    for (let round = 0; (await this.catchUp()) > nearRecords; round++) {
      if (round === roundsMax)
        throw new Error('the projection in use is written faster than the log is read');
      logger.info({ records: this.records }, 'rebuilding');
    }
    await database.transaction(provePartitions);
    const partitions = await this.finishAtLast(fromDay, startedAt);
    return {
      records: this.records,
      leftOut: this.leftOut.size,
      partitions,
      fromDay: new Date(fromDay * dayMs).toISOString().slice(0, 10),
    };
  }

  private async logStarts(): Promise<Map<number, LogStart>> {
    const starts = new Map<number, LogStart>();
    for (const [partition, { low, high }] of await this.parts.kafka.endOffsets(topic)) {
      this.next.set(partition, low);
      let first: LogStart['first'];
      if (low < high)
        await this.parts.reader.readRange(topic, partition, low, high, (records) => {
          first = firstOf(records);
          return first && 'stop';
        });
      starts.set(partition, { low, first });
    }
    return starts;
  }

  /** Reads as far as the projection in use has come; answers how many records that were. */
  private async catchUp(): Promise<number> {
    const before = this.records;
    for (const [partition, until] of await offsets(this.parts.database))
      while (this.positionIn(partition) < until) {
        const position = this.positionIn(partition);
        const records = await this.read(partition, until);
        for (const batch of batchesOf(records))
          await this.parts.database.transaction((tx) => this.apply(tx, partition, batch));
        if (this.positionIn(partition) === position) break;
      }
    return this.records - before;
  }

  /** At most as much at a time as memory should hold. */
  private async read(partition: number, until: number): Promise<InRecord[]> {
    const from = this.positionIn(partition);
    const end = Math.min(until, from + readRecords);
    const records: InRecord[] = [];
    if (from >= end) return records;
    let bytes = 0;
    const next = await this.parts.reader.readRange(topic, partition, from, end, (some) => {
      for (const record of some) {
        records.push(record);
        bytes += record.value?.length ?? 0;
      }
      return bytes >= readBytes ? 'stop' : undefined;
    });
    this.next.set(partition, Math.max(next, from));
    return records;
  }

  private positionIn(partition: number): number {
    return this.next.get(partition) ?? 0;
  }

  /** Halves until a record that nobody can apply stands alone, which is left out as it was before. */
  private async apply(tx: BulkTransaction, partition: number, records: InRecord[]): Promise<void> {
    if (records.length === 0) return;
    await tx.query('SAVEPOINT piece');
    try {
      await inShadow(tx);
      await this.projection.apply({ topic, partition, records, next: 0 }, tx);
      this.records += records.length;
    } catch (err) {
      if (!blamesData(err)) throw err;
      await tx.query('ROLLBACK TO SAVEPOINT piece');
      if (records.length === 1) this.leaveOut(partition, records[0]!, err);
      else {
        const middle = records.length >> 1;
        await this.apply(tx, partition, records.slice(0, middle));
        await this.apply(tx, partition, records.slice(middle));
      }
    }
    await tx.query('RELEASE SAVEPOINT piece');
  }

  private leaveOut(partition: number, { offset }: InRecord, err: unknown): void {
    const place = `${partition}/${offset}`;
    this.leftOut.add(place);
    if (this.leftOut.size > leftOutMax)
      throw new Error(`more than ${leftOutMax} records cannot be used: nothing was changed`, { cause: err });
    this.parts.logger.warn({ err, partition, offset }, 'a record that cannot be used is left out');
  }

  /** Who holds the tables in use for long is waited for from outside: nobody queues behind us meanwhile. */
  private async finishAtLast(fromDay: number, startedAt: Date): Promise<string[]> {
    for (let swaps = 1; ; swaps++) {
      const [next, { records }] = [new Map(this.next), this];
      try {
        return await this.finish(fromDay, startedAt);
      } catch (err) {
        if ((err as { code?: unknown }).code !== '55P03' || swaps === swapsMax) throw err;
        this.parts.logger.info({ swaps }, 'the tables are in use; trying again');
        // What was written in that transaction is not there.
        for (const [partition, position] of next) this.next.set(partition, position);
        this.records = records;
        await this.catchUp();
      }
    }
  }

  /** Nobody writes from the lock on, so both are of the same place in the log when they change. */
  private async finish(fromDay: number, startedAt: Date): Promise<string[]> {
    return this.parts.database.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
      for (const [partition, until] of await offsets(tx, 'FOR UPDATE'))
        while (this.positionIn(partition) < until) {
          const before = this.positionIn(partition);
          for (const batch of batchesOf(await this.read(partition, until)))
            await this.apply(tx, partition, batch);
          if (this.positionIn(partition) === before) break;
        }
      await tx.query('SET LOCAL search_path = delivery_log');
      // What began to be removed meanwhile may stand in what was made anew.
      await tx.query(
        `UPDATE erasures SET status = 'running', next_seq = 0, ended_at = NULL WHERE started_at >= $1`,
        [new Date(startedAt.getTime() - 60_000)],
      );
      await tx.query(
        `INSERT INTO purges (tenant_id, subscription_id)
         SELECT tenant_id, subscription_id FROM subscriptions WHERE deleted AND snapshot->>'profile' = 'brutlers'
         ON CONFLICT (tenant_id, subscription_id) DO NOTHING`,
      );
      await lockBooks(tx);
      const swapped = await swap(tx, fromDay * dayMs);
      await dropShadow(tx);
      return swapped;
    });
  }
}

function* batchesOf(records: readonly InRecord[]): Generator<InRecord[]> {
  let [batch, bytes]: [InRecord[], number] = [[], 0];
  for (const record of records) {
    batch.push(record);
    bytes += record.value?.length ?? 0;
    if (batch.length < batchRecords && bytes < batchBytes) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** The first of them that can be used. */
function firstOf(records: readonly InRecord[]): LogStart['first'] {
  for (const { timestamp, value } of records)
    try {
      const message = decodeAttempts(value);
      const toldMs = message.kind === 'attempt' ? message.startedAt : message.at;
      return { appendedMs: Number(timestamp), toldMs };
    } catch {
      // It is left out.
    }
  return undefined;
}

async function rowsStarts(db: Database): Promise<Map<number, RowsStart>> {
  const rows = await db.query<{ partition: number } & RowsStart>(
    `SELECT partition, max(day) - date '1970-01-01' AS "lastDay",
            (extract(epoch FROM min(coalesce(first_attempt_at, finished_at, day))) * 1000)::float8 AS "firstMs"
       FROM deliveries GROUP BY partition`,
  );
  return new Map(rows.map(({ partition, ...start }) => [partition, start]));
}

async function offsets(db: Transaction, lock = ''): Promise<[number, number][]> {
  const rows = await db.query<{ partition: number; next: string }>(
    `SELECT partition, next FROM delivery_log.projection_offsets WHERE topic = $1 ORDER BY partition ${lock}`,
    [topic],
  );
  return rows.map(({ partition, next }) => [partition, Number(next)]);
}
