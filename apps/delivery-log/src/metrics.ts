import { Inject, Injectable } from '@nestjs/common';
import { commonMetrics, Database, type MetricDefinition, Metrics } from '@posthorn/runtime';
import { ExportService } from './export.service.js';

const job = 'posthorn.job';

export const deliveryLogMetrics = {
  jobs: {
    name: 'posthorn.jobs.open',
    kind: 'gauge',
    unit: '{job}',
    description:
      'Orders that are not carried out yet: replays and erasures (every instance sees all of them), exports (each instance its own)',
    attributes: [job],
  },
  jobAge: {
    name: 'posthorn.jobs.still',
    kind: 'gauge',
    unit: 's',
    description:
      'How long that order has not moved which has stood still longest; of erasures and exports, how long the eldest has taken',
    attributes: [job],
  },
} as const satisfies Record<string, MetricDefinition>;

type Jobs = {
  replays: string;
  replays_still: string | null;
  erasures: string;
  erasures_still: string | null;
};

const seconds = (since: string) => `extract(epoch FROM now() - min(${since}))`;
const jobsQuery = `
  SELECT r.count AS replays, r.still AS replays_still, e.count AS erasures, e.still AS erasures_still
    FROM (SELECT count(*), ${seconds('coalesce(moved_at, started_at, created_at)')} AS still
            FROM replays WHERE status IN ('queued', 'running')) r,
         (SELECT count(*), ${seconds('created_at')} AS still FROM erasures WHERE status <> 'done') e`;

/** One name for rows of all outboxes: where one stands still, what it is about does. */
const oldestQuery = `
  SELECT coalesce((SELECT 'event/' || min(id) FROM outbox), (SELECT 'note/' || min(id) FROM audit_outbox),
                  (SELECT 'forget/' || min(id) FROM forget_outbox)) AS id`;

/** What somebody ordered, and what waits to be told. */
@Injectable()
export class JobMetrics {
  private oldest: { id: string; sinceMs: number } | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ExportService) exports: ExportService,
    @Inject(Metrics) metrics: Metrics,
  ) {
    let asked: Promise<Jobs | undefined> | undefined;
    // Both gauges of one collection share a query: they are asked in the same turn.
    const jobs = (): Promise<Jobs | undefined> => {
      if (!asked) {
        asked = this.ask<Jobs>(jobsQuery);
        queueMicrotask(() => (asked = undefined));
      }
      return asked;
    };
    metrics.observe(deliveryLogMetrics.jobs, async (observe) => {
      observe(exports.open.count, { [job]: 'export' });
      const found = await jobs();
      if (!found) return;
      observe(Number(found.replays), { [job]: 'replay' });
      observe(Number(found.erasures), { [job]: 'erasure' });
    });
    metrics.observe(deliveryLogMetrics.jobAge, async (observe) => {
      observe(exports.open.eldestMs / 1_000, { [job]: 'export' });
      const found = await jobs();
      if (!found) return;
      observe(Math.max(0, Number(found.replays_still ?? 0)), { [job]: 'replay' });
      observe(Math.max(0, Number(found.erasures_still ?? 0)), { [job]: 'erasure' });
    });
    metrics.observe(commonMetrics.outboxAge, async (observe) => {
      const found = await this.ask<{ id: string | null }>(oldestQuery);
      if (found) observe(this.waits(found.id) / 1_000, { 'posthorn.outbox': 'delivery-log' });
    });
  }

  /** Rows have no time of their own: it is counted from when the oldest was seen first. */
  private waits(id: string | null): number {
    if (id === null) this.oldest = undefined;
    else if (this.oldest?.id !== id) this.oldest = { id, sinceMs: performance.now() };
    return this.oldest ? performance.now() - this.oldest.sinceMs : 0;
  }

  private async ask<T>(sql: string): Promise<T | undefined> {
    return this.database.up ? (await this.database.query<T>(sql))[0] : undefined;
  }
}
