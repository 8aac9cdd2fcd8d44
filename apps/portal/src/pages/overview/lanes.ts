import type { WaitingLane } from '../../api/types';

export type Lanes = { parked: number; behind: number; waiting: number; oldestAt: string | null };

/** What waits in all lanes of a tenant together. */
export function sumOfLanes(lanes: readonly WaitingLane[]): Lanes {
  const oldest = lanes.flatMap(({ oldestAt }) => oldestAt ?? []).sort();
  return {
    parked: lanes.filter(({ state }) => state === 'parked').length,
    behind: lanes.filter(({ state }) => state === 'behind').length,
    waiting: lanes.reduce((sum, { waiting }) => sum + (waiting ?? 0), 0),
    oldestAt: oldest[0] ?? null,
  };
}
