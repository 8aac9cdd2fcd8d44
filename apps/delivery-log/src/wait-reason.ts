import { attemptsOf } from '@posthorn/domain';
import type { SubscriptionView } from './rule-book.js';

/** A lane that is not live, as the projection knows it. Instants are ISO texts. */
export type LaneView = {
  kind: 'parked' | 'behind';
  cursor: number;
  attempt: number;
  dueAt: string | null;
  reason: string | null;
};

export type Waiting = { seq: number; status: string; attempts: number; nextAttemptAt: string | null };

/** Why a delivery is not over yet, in one line for people. */
export function waitReason(
  { seq, status, attempts, nextAttemptAt }: Waiting,
  lanes: readonly LaneView[],
  view: Pick<SubscriptionView, 'retryPolicy' | 'ordering'> | undefined,
): string {
  const total = view ? ` of ${attemptsOf(view.retryPolicy)}` : '';
  const lane = laneOf(seq, lanes, view?.ordering);
  if (lane?.kind === 'parked') {
    if (lane.reason === 'paused') return 'the subscription is paused';
    const parked = `parked at attempt ${lane.attempt}${total}${next(lane.dueAt)}`;
    return lane.cursor === seq ? parked : `waits behind a delivery that is ${parked}`;
  }
  // One that is retried alone stands before its lane's cursor, or in a lane that is live.
  if (status === 'waiting') return `attempt ${attempts}${total} failed${next(nextAttemptAt)}`;
  if (lane?.kind === 'behind') return 'the subscription is catching up with what waited';
  return 'waits for its turn';
}

/**
 * The lane that covers the event. Of a subscription with one lane per entity only the parked event itself
 * tells which one it is in.
 */
function laneOf(
  seq: number,
  lanes: readonly LaneView[],
  ordering: SubscriptionView['ordering'] | undefined,
): LaneView | undefined {
  const head = lanes.find(({ cursor }) => cursor === seq);
  if (head || ordering === 'per-entity') return head;
  return lanes.find(({ cursor }) => cursor < seq);
}

function next(at: string | null): string {
  return at === null ? '' : `, next at ${at}`;
}
