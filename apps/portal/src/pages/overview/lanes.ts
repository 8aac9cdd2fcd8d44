import type { WaitingLane } from '../../api/types';

export type Lanes = {
  parked: number;
  behind: number;
  others: number;
  waiting: number;
  oldestAt: string | null;
};

/** What waits in all lanes of a tenant together. */
export function sumOfLanes(lanes: readonly WaitingLane[]): Lanes {
  const oldest = lanes.flatMap(({ oldestAt }) => oldestAt ?? []).sort();
  const count = (...states: string[]) => lanes.filter(({ state }) => states.includes(state)).length;
  const [parked, behind] = [count('parked'), count('behind')];
  return {
    parked,
    behind,
    // Paused by hand, or single retries.
    others: lanes.length - parked - behind,
    waiting: lanes.reduce((sum, { waiting }) => sum + (waiting ?? 0), 0),
    oldestAt: oldest[0] ?? null,
  };
}
