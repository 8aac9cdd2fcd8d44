import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@posthorn/runtime';
import { type Histogram, percentile } from './histogram.js';
import { storable } from './sql-values.js';
import { type Step, stepMs } from './statistics.js';

export type StatisticsFilter = {
  tenantId: string;
  /** Undefined: the whole tenant. */
  subscriptionId?: string | undefined;
  step: Step;
  from: Date;
  /** Not included. */
  to: Date;
};

export type StatisticsItem = {
  at: string;
  delivered: number;
  failed: number;
  attempts: number;
  /** How long attempts took; null where there was none. */
  latencyMs: { p50: number | null; p95: number | null; p99: number | null };
};

/** More than a day of minutes, or two months of hours. */
export const statisticsItemsMax = 1_500;

/** What was counted, step by step, also what is not folded yet. Where nothing happened there is no step. */
@Injectable()
export class StatisticsStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Oldest first, whole steps: the first one is that which `from` lies in. At most `statisticsItemsMax`. */
  async list({ tenantId, subscriptionId, step, ...time }: StatisticsFilter): Promise<StatisticsItem[]> {
    const { to } = time;
    const from = new Date(Math.floor(time.from.getTime() / stepMs[step]) * stepMs[step]);
    const rows = await this.database.query<{ at: Date; latency: Histogram } & Record<string, string>>(
      `SELECT at, sum(delivered) AS delivered, sum(failed) AS failed, sum(attempts) AS attempts,
              histogram_merge(latency) AS latency
         FROM (SELECT at, delivered, failed, attempts, latency FROM statistics_${step}s
                WHERE tenant_id = $1 AND subscription_id = $2 AND at >= $3 AND at < $4
               UNION ALL
               SELECT to_timestamp(floor(extract(epoch FROM at) / $5) * $5), delivered, failed, attempts, latency
                 FROM statistics_deltas
                WHERE tenant_id = $1 AND $2 IN (subscription_id, '') AND at >= $3 AND at < $6) AS counted
        WHERE at >= $3 AND at < $4
        GROUP BY at ORDER BY at LIMIT ${statisticsItemsMax}`,
      [
        ...[storable(tenantId), storable(subscriptionId ?? ''), from, to, stepMs[step] / 1000],
        new Date(to.getTime() + stepMs[step]),
      ],
    );
    return rows.map(({ at, delivered, failed, attempts, latency }) => ({
      at: at.toISOString(),
      delivered: Number(delivered),
      failed: Number(failed),
      attempts: Number(attempts),
      latencyMs: {
        p50: percentile(latency, 0.5),
        p95: percentile(latency, 0.95),
        p99: percentile(latency, 0.99),
      },
    }));
  }
}
