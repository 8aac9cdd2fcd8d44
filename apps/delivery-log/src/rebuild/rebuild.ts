import { attemptsTopic } from '@posthorn/contracts';
import type { InRecord, KafkaConnection, LogReader } from '@posthorn/messaging';
import type { Database, Logger, Transaction } from '@posthorn/runtime';
import { dayMs, dayOf } from '../day-partitions.js';
import { DeliveryProjection } from '../delivery.projection.js';
import { lockBooks, RuleBookStore } from '../rule-book.store.js';
import { dropShadow, inShadow, makeShadow, provePartitions, swap } from './shadow.js';

const topic = attemptsTopic.name;
const batchRecords = 2_000;
/** What is left to read while nobody else may write. */
const nearRecords = 5_000;
const roundsMax = 1_000;

export type Rebuilt = { records: number; partitions: string[]; fromDay: string };

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

  constructor(private readonly parts: Parts) {}

  async run(): Promise<Rebuilt> {
    const { database, logger } = this.parts;
    const startedAt = new Date();
    const fromDay = await this.firstWholeDay();
    this.projection = new DeliveryProjection(this.books, { rowsOnly: true, fromDay });
    await database.transaction(makeShadow);
    for (let round = 0; (await this.catchUp()) > nearRecords; round++) {
      if (round === roundsMax)
        throw new Error('the projection in use is written faster than the log is read');
      logger.info({ records: this.records }, 'rebuilding');
    }
    await database.transaction(provePartitions);
    const partitions = await this.finish(fromDay, startedAt);
    return {
      records: this.records,
      partitions,
      fromDay: new Date(fromDay * dayMs).toISOString().slice(0, 10),
    };
  }

  /** What was told before the log begins stands only in the rows there are. */
  private async firstWholeDay(): Promise<number> {
    let day = 0;
    for (const [partition, { low, high }] of await this.parts.kafka.endOffsets(topic)) {
      this.next.set(partition, low);
      if (low === 0 || low >= high) continue;
      let firstMs = Infinity;
      await this.parts.reader.readRange(topic, partition, low, low + 1, ([record]) => {
        firstMs = Number(record.timestamp);
        return 'stop';
      });
      if (firstMs !== Infinity) day = Math.max(day, dayOf(firstMs) + 1);
    }
    return day;
  }

  /** Reads as far as the projection in use has come; answers how many records that were. */
  private async catchUp(): Promise<number> {
    const before = this.records;
    for (const [partition, until] of await offsets(this.parts.database)) {
      const records = await this.read(partition, until);
      for (let at = 0; at < records.length; at += batchRecords)
        await this.parts.database.transaction((tx) =>
          this.apply(tx, partition, records.slice(at, at + batchRecords)),
        );
    }
    return this.records - before;
  }

  /** At most as much at a time as memory should hold. */
  private async read(partition: number, until: number): Promise<InRecord[]> {
    const from = this.next.get(partition) ?? 0;
    const end = Math.min(until, from + batchRecords * 25);
    const records: InRecord[] = [];
    if (from >= end) return records;
    const next = await this.parts.reader.readRange(topic, partition, from, end, (some) => {
      for (const record of some) records.push(record);
    });
    this.next.set(partition, Math.max(next, from));
    return records;
  }

  private async apply(tx: Transaction, partition: number, records: InRecord[]): Promise<void> {
    if (records.length === 0) return;
    await inShadow(tx);
    await this.projection.apply({ topic, partition, records, next: 0 }, tx);
    this.records += records.length;
  }

  /** Nobody writes from the lock on, so both are of the same place in the log when they change. */
  private async finish(fromDay: number, startedAt: Date): Promise<string[]> {
    return this.parts.database.transaction(async (tx) => {
      for (const [partition, until] of await offsets(tx, 'FOR UPDATE'))
        while ((this.next.get(partition) ?? 0) < until) {
          const before = this.next.get(partition);
          await this.apply(tx, partition, await this.read(partition, until));
          if (this.next.get(partition) === before) break;
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

async function offsets(db: Transaction, lock = ''): Promise<[number, number][]> {
  const rows = await db.query<{ partition: number; next: string }>(
    `SELECT partition, next FROM delivery_log.projection_offsets WHERE topic = $1 ORDER BY partition ${lock}`,
    [topic],
  );
  return rows.map(({ partition, next }) => [partition, Number(next)]);
}
