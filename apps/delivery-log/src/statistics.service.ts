import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { DayPartitions } from './day-partitions.js';
import type { Histogram } from './histogram.js';
import { addToStatistics, type Counted, regrouped, summed } from './statistics.js';

/**
 * What is not folded yet is read with every answer. Of thousands of tenants each has a row of its own in
 * nearly every batch: the longer they gather, the more of them are one change of each table.
 */
const pollMs = 5_000;
const deltasPerStep = 20_000;
const lock = `hashtextextended('delivery-log/statistics', 0)`;

/**
 * Folds what the projection has counted into the tables by minute, hour and day: what came in meanwhile is
 * one change of each row instead of one a batch. A delta goes in the transaction that adds it, so it counts
 * once, crashes or not; one instance at a time.
 */
@Injectable()
export class StatisticsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly partitions = new DayPartitions();
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.plan();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  /** True: there may be more. False: nothing is left, or another instance is at it. */
  async step(): Promise<boolean> {
    if ((await this.database.query('SELECT 1 FROM statistics_deltas LIMIT 1')).length === 0) return false;
    try {
      return await this.fold();
    } catch (err) {
      this.partitions.forget();
      throw err;
    }
  }

  private fold(): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [{ mine }] = await tx.query<{ mine: boolean }>(
        `SELECT pg_try_advisory_xact_lock(${lock}) AS mine`,
      );
      if (!mine) return false;
      const rows = await tx.query<Omit<Counted, 'latency'> & { latency: string }>(
        `DELETE FROM statistics_deltas WHERE id IN (SELECT id FROM statistics_deltas ORDER BY id LIMIT ${deltasPerStep})
         RETURNING tenant_id AS "tenantId", subscription_id AS "subscriptionId",
                   (extract(epoch FROM at) * 1000)::float8 AS "atMs", delivered, failed, attempts, latency::text`,
      );
      if (rows.length === 0) return false;
      const deltas = rows.map((row) => ({ ...row, latency: histogramOf(row.latency) }));
      const instants = deltas.map(({ atMs }) => atMs);
      await this.partitions.ensure(tx, 'statistics_minutes', instants);
      await this.partitions.ensure(tx, 'statistics_hours', instants);
      const minutes = summed(deltas);
      const hours = regrouped(minutes, 'hour');
      await addToStatistics(tx, 'minute', minutes);
      await addToStatistics(tx, 'hour', hours);
      await addToStatistics(tx, 'day', regrouped(hours, 'day'));
      return deltas.length === deltasPerStep;
    });
  }

  private plan(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.run().finally(() => this.plan());
    }, pollMs);
  }

  private async run(): Promise<void> {
    if (!this.database.up) return;
    try {
      while (!this.stopped && (await this.step()));
    } catch (err) {
      this.logger.warn({ err }, 'statistics cannot be written yet');
    }
  }
}

/** Of an array in PostgreSQL's words: its driver reads them letter by letter. */
function histogramOf(latency: string): Histogram {
  return JSON.parse(`[${latency.slice(1, -1)}]`) as Histogram;
}
