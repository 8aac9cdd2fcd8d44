import type { WaitingLane } from '../../api/types';
import { sumOfLanes } from './lanes';

const lane = (state: string, waiting: number, oldestAt: string | null): WaitingLane => ({
  ...{ subscriptionId: 's', lane: '0', state, attempt: 1, attempts: 11, nextAttemptAt: null, reason: null },
  ...{ waiting, oldestAt },
});

it('adds up what waits, and says since when', () => {
  const lanes = [
    lane('parked', 1_204, '2026-11-28T10:00:00.000Z'),
    lane('behind', 6, '2026-11-28T09:00:00.000Z'),
    lane('parked', 1, null),
    lane('paused', 2, '2026-11-28T11:00:00.000Z'),
  ];
  expect(sumOfLanes(lanes)).toEqual({
    ...{ parked: 2, behind: 1, others: 1, waiting: 1_213, oldestAt: '2026-11-28T09:00:00.000Z' },
  });
  expect(sumOfLanes([])).toEqual({ parked: 0, behind: 0, others: 0, waiting: 0, oldestAt: null });
});
