import type { Subscription, WaitingLane } from '../api/types';

export type Open = { retrying: number; waiting: number };
type Lane = Pick<WaitingLane, 'subscriptionId' | 'state' | 'waiting'>;

/**
 * What is not over of one webhook: tried and tried again for itself, or waiting in its lanes. While it is
 * paused nothing is tried, and what would be waits; of one that is disabled nothing is open any more.
 */
export function openOf(
  lanes: readonly Lane[] | undefined,
  { id, status }: Pick<Subscription, 'id' | 'status'>,
): Open {
  const open = { retrying: 0, waiting: 0 };
  if (status === 'disabled') return open;
  for (const lane of lanes ?? [])
    if (lane.subscriptionId === id)
      open[lane.state === 'retrying' && status === 'active' ? 'retrying' : 'waiting'] += lane.waiting ?? 0;
  return open;
}
