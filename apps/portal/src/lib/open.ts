import type { Subscription, WaitingLane } from '../api/types';

export type Open = {
  /** Tried again for themselves, beside the others. */
  retrying: number;
  /** Tried again while others wait behind them: the first of each lane that is parked. */
  heads: number;
  waiting: number;
};
type Lane = Pick<WaitingLane, 'subscriptionId' | 'state' | 'attempt' | 'waiting'>;

/**
 * What is not over of one webhook: tried and tried again for itself, or waiting in its lanes. While it is
 * paused nothing is tried, and what would be waits; of one that is disabled nothing is open any more.
 */
export function openOf(
  lanes: readonly Lane[] | undefined,
  { id, status }: Pick<Subscription, 'id' | 'status'>,
): Open {
  const open = { retrying: 0, heads: 0, waiting: 0 };
  if (status === 'disabled') return open;
  for (const { subscriptionId, state, attempt, waiting } of lanes ?? []) {
    if (subscriptionId !== id) continue;
    if (state === 'retrying' && status === 'active') open.retrying += waiting;
    else open.waiting += waiting;
    const hasHead = state === 'parked' && status === 'active' && attempt > 0 && waiting > 0;
    if (!hasHead) continue;
    open.heads++;
    open.waiting--;
  }
  return open;
}

/** All of it together. */
export const sumOfOpen = ({ retrying, heads, waiting }: Open): number => retrying + heads + waiting;
