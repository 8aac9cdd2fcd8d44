import type { Delivery, Stats, StatsItem } from '../api/types';
import type { Span } from './subscriptions';

export function sumOf(items: readonly StatsItem[]): { delivered: number; failed: number } {
  return items.reduce(
    (sum, { delivered, failed }) => ({ delivered: sum.delivered + delivered, failed: sum.failed + failed }),
    { delivered: 0, failed: 0 },
  );
}

const hourMs = 3_600_000;
const since = (ms: number): string => new Date(Date.now() - ms).toISOString();

export const lastHour = (): Span => ({ from: since(hourMs), step: 'minute' });
export const lastDay = (): Span => ({ from: since(24 * hourMs), step: 'hour' });
export const lastMonth = (): Span => ({ from: since(30 * 24 * hourMs), step: 'day' });

const usualMs = 5_000;
const soonMs = 1_000;
/** What is older than this and not counted never will be: it is not asked for for ever. */
const freshMs = 30_000;

type Finished = Pick<Delivery, 'status' | 'finishedAt'>;

/** How soon numbers are asked for again: soon where the rows beside them show what is not counted yet. */
export function statsAgainMs(
  stats: Pick<Stats, 'items'> | undefined,
  rows: readonly Finished[],
  nowMs: number,
): number {
  const isFresh = ({ status, finishedAt }: Finished) =>
    (status === 'delivered' || status === 'failed') &&
    finishedAt !== null &&
    Date.parse(finishedAt) > nowMs - freshMs;
  // The minute before, too: what is fresh may have ended in it.
  const counted = sumOf((stats?.items ?? []).slice(-2));
  return rows.filter(isFresh).length > counted.delivered + counted.failed ? soonMs : usualMs;
}
