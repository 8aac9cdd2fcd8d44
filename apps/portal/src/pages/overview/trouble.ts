import type { WaitingLane } from '../../api/types';

/** How much somebody is needed: most for what is paused after a failure, then for what falls behind. */
export function troubleOf(lanes: readonly Pick<WaitingLane, 'state'>[] | undefined): number {
  const has = (state: string) => (lanes ?? []).some((lane) => lane.state === state);
  if (has('parked')) return 3;
  if (has('behind')) return 2;
  return lanes && lanes.length > 0 ? 1 : 0;
}

/** Those with trouble first; otherwise as they came. */
export function byTrouble<T>(items: readonly T[], trouble: (item: T, at: number) => number): T[] {
  const ranked = items.map((item, at) => ({ item, rank: trouble(item, at) }));
  return ranked.sort((one, other) => other.rank - one.rank).map(({ item }) => item);
}
