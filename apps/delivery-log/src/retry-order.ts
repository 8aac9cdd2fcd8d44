import { eventExpiryMs } from '@posthorn/contracts';
import type { SubscriptionState } from './delivery-view.js';
import type { LaneView } from './wait-reason.js';

/** What is known of a delivery that somebody wants tried again now. */
export type Retriable = {
  seq: number;
  status: string;
  replayId: string | null;
  /** An attempt of it was its last one, so whatever waits since then is retried alone. */
  wasOver: boolean;
  /** When its event was accepted; undefined where the log does not know it (yet). */
  acceptedAtMs: number | undefined;
};

/** Why it cannot be tried again alone now; undefined when it can. */
export function refusalOf(
  delivery: Retriable,
  subscription: SubscriptionState | undefined,
  nowMs: number,
): string | undefined {
  // Attempts may be shown before what they are about: each topic is read at its own pace.
  if (!subscription) return 'Its subscription is not known: it was deleted, or try again in a moment.';
  const { status } = subscription.view;
  if (status === 'deleted') return 'Its subscription was deleted.';
  if (status === 'disabled') return 'Its subscription is disabled: enable it first.';
  if (status === 'paused') return 'Its subscription is paused: resume it, and what waits is sent.';
  if (delivery.acceptedAtMs === undefined)
    return 'Its event is not known; if it is new, try again in a moment.';
  if (delivery.acceptedAtMs + eventExpiryMs <= nowMs) return 'Its event is older than seven days.';
  if (delivery.status !== 'waiting' && delivery.status !== 'pending') return undefined;
  if (delivery.status === 'waiting' && retriedAlone(delivery, subscription)) return undefined;
  const isParked = lanesOf(delivery, subscription.lanes).some(
    ({ kind, cursor }) => kind === 'parked' && cursor <= delivery.seq,
  );
  return isParked
    ? 'It waits in a lane that is parked: retry the subscription (POST …/subscriptions/<id>/retry).'
    : 'It is on its way: what comes first is sent first.';
}

/** In a lane that keeps order what failed waits at the lane's head; elsewhere it is retried alone. */
function retriedAlone(delivery: Retriable, { view, lanes }: SubscriptionState): boolean {
  if (delivery.wasOver) return true;
  if (view.ordering !== 'unordered') return false;
  return !lanesOf(delivery, lanes).some(({ cursor }) => cursor === delivery.seq);
}

function lanesOf({ replayId }: Retriable, lanes: readonly LaneView[]): LaneView[] {
  return lanes.filter(({ lane }) => (replayId ? lane === `replay/${replayId}` : !lane.startsWith('replay/')));
}
