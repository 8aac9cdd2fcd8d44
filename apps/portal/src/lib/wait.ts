import type { Delivery } from '../api/types';

/**
 * What a delivery that is not over waits for: its own next attempt, itself at the head of an order that it
 * holds up, an earlier one, somebody who resumes the webhook, or its turn.
 */
export type Wait = 'alone' | 'head' | 'behind' | 'paused' | 'turn';

const waits: Partial<Record<string, Wait>> = {
  retrying: 'alone',
  parked: 'head',
  'behind-parked': 'behind',
  paused: 'paused',
};

/** By the code that delivery-log gives; null for what is over. Only what waits alone is tried alone. */
export function waitOf({ status, reasonCode }: Pick<Delivery, 'status' | 'reasonCode'>): Wait | null {
  if (status !== 'waiting' && status !== 'pending') return null;
  return waits[reasonCode ?? ''] ?? 'turn';
}

type Told = Pick<Delivery, 'status' | 'reason' | 'reasonCode' | 'nextAttemptAt'>;

/**
 * As it is said beside its webhook, whose status is known at once: the log learns some seconds later that it
 * was paused or disabled, and until then it would still name a next attempt.
 */
export function besideWebhook<D extends Told>(delivery: D, status: string): D {
  if (status === 'active' || waitOf(delivery) === null) return delivery;
  if (status === 'disabled') return { ...delivery, reason: null, reasonCode: null, nextAttemptAt: null };
  return { ...delivery, reason: 'the subscription is paused', reasonCode: 'paused', nextAttemptAt: null };
}

/** As it is shown: of a webhook that somebody has paused nothing is retried, it waits. */
export function shownStatus(delivery: Pick<Delivery, 'status' | 'reasonCode'>): string {
  return delivery.status === 'waiting' && waitOf(delivery) === 'paused' ? 'held' : delivery.status;
}
