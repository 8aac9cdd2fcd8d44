import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@posthorn/runtime';
import { type Histogram, percentile } from './histogram.js';
import { storable } from './sql-values.js';
import { addCounts, type Counts, nothing, type Step, stepMs } from './statistics.js';

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
    const fromMs = Math.floor(time.from.getTime() / stepMs[step]) * stepMs[step];
    const toMs = Math.min(time.to.getTime(), fromMs + statisticsItemsMax * stepMs[step]);
    const rows = await this.database.query<Row>(
      `SELECT at, delivered, failed, attempts, latency FROM statistics_${step}s
        WHERE tenant_id = $1 AND subscription_id = $2 AND at >= $3 AND at < $4
       UNION ALL
       SELECT at, delivered, failed, attempts, latency FROM statistics_deltas
        WHERE tenant_id = $1 AND $2 IN (subscription_id, '') AND at >= $3 AND at < $5`,
      [
        ...[storable(tenantId), storable(subscriptionId ?? ''), new Date(fromMs), new Date(toMs)],
        new Date(Math.ceil(toMs / stepMs[step]) * stepMs[step]),
      ],
    );
    const sums = new Map<number, Counts>();
    for (const { at, latency, ...row } of rows) {
      const atMs = Math.floor(at.getTime() / stepMs[step]) * stepMs[step];
      const sum = sums.get(atMs) ?? nothing();
      sums.set(atMs, sum);
      const [delivered, failed, attempts] = [row.delivered, row.failed, row.attempts].map(Number);
      addCounts(sum, { delivered, failed, attempts, latency });
    }
    return [...sums].sort(([one], [other]) => one - other).map(([atMs, sum]) => itemOf(atMs, sum));
  }
}

type Row = { at: Date; latency: Histogram } & Record<'delivered' | 'failed' | 'attempts', string>;

function itemOf(atMs: number, { delivered, failed, attempts, latency }: Counts): StatisticsItem {
  return {
    ...{ at: new Date(atMs).toISOString(), delivered, failed, attempts },
    latencyMs: {
      p50: percentile(latency, 0.5),
      p95: percentile(latency, 0.95),
      p99: percentile(latency, 0.99),
    },
  };
}
