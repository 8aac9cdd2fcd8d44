import type { StatsItem } from '../api/types';
import { lastFailedMinute, lastFailedOf } from './last-failed-attempt';

it('is the newest attempt that failed, not the first one', () => {
  const attempts = ['failed', 'failed', 'delivered'].map((outcome, n) => ({ outcome, startedAt: `at ${n}` }));
  expect(lastFailedOf(attempts)).toBe('at 1');
  expect(lastFailedOf(attempts.slice(2))).toBeUndefined();
});

it('is known by its minute once all of it has recovered', () => {
  const minute = (at: string, attempts: number, delivered: number) =>
    ({ at, attempts, delivered, failed: 0 }) as StatsItem;
  expect(lastFailedMinute([minute('10:00', 3, 1), minute('10:01', 2, 1), minute('10:02', 4, 4)])).toBe(
    '10:01',
  );
  expect(lastFailedMinute([minute('10:02', 4, 4)])).toBeUndefined();
});
