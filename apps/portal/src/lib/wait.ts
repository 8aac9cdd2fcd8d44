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
