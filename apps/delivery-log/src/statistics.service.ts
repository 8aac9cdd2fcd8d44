import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { DayPartitions } from './day-partitions.js';
import { addToStatistics, type Counted, steps, summed } from './statistics.js';

const pollMs = 1_000;
const deltasPerStep = 5_000;
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
      const deltas = await tx.query<Counted>(
        `DELETE FROM statistics_deltas WHERE id IN (SELECT id FROM statistics_deltas ORDER BY id LIMIT ${deltasPerStep})
         RETURNING tenant_id AS "tenantId", subscription_id AS "subscriptionId",
                   (extract(epoch FROM at) * 1000)::float8 AS "atMs", delivered, failed, attempts, latency`,
      );
      if (deltas.length === 0) return false;
      const instants = deltas.map(({ atMs }) => atMs);
      await this.partitions.ensure(tx, 'statistics_minutes', instants);
      await this.partitions.ensure(tx, 'statistics_hours', instants);
      for (const step of steps) await addToStatistics(tx, step, summed(deltas, step));
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
