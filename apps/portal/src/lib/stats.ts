import type { StatsItem } from '../api/types';
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
