import type { Attempt, StatsItem } from '../api/types';

/** When the newest attempt of a delivery that was not accepted was made. */
export function lastFailedOf(
  attempts: readonly Pick<Attempt, 'outcome' | 'startedAt'>[],
): string | undefined {
  return attempts.findLast(({ outcome }) => outcome !== 'delivered')?.startedAt;
}

/** The newest minute with an attempt that delivered nothing: what has recovered since is seen there alone. */
export function lastFailedMinute(items: readonly StatsItem[]): string | undefined {
  return items.findLast(({ attempts, delivered }) => attempts > delivered)?.at;
}
