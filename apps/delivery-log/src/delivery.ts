import type { AttemptMessage } from '@posthorn/contracts';

export const deliveryStatuses = ['waiting', 'delivered', 'failed', 'expired', 'cancelled'] as const;

/** `waiting` has had attempts and will have another one; the rest is over. */
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** A delivery as far as attempts told of it. Times are epoch milliseconds. */
export type DeliveryState = {
  deliveryId: string;
  tenantId: string;
  subscriptionId: string;
  eventId: string;
  eventType: string;
  seq: number;
  /** Empty for the delivery made when the event came. */
  replayId: string;
  status: DeliveryStatus;
  /** The highest attempt number seen. */
  attempts: number;
  nextAttemptAt: number | null;
  lastStatus: number | null;
  lastError: string | null;
  firstAttemptAt: number | null;
  lastAttemptAt: number | null;
  finishedAt: number | null;
};

/**
 * What cannot be taken back is strongest: a receiver that has accepted an event has it, whatever a second
 * owner saw later; and nothing that is over waits again.
 */
const strength: Record<DeliveryStatus, number> = {
  waiting: 0,
  cancelled: 1,
  expired: 2,
  failed: 3,
  delivered: 4,
};

/** What one record tells of its delivery. Attempt 0: it ended without one. */
export function deliveryOf(record: AttemptMessage): DeliveryState {
  const { attempt, final, startedAt, durationMs, status, error, nextAttemptAt } = record;
  const sent = attempt > 0;
  const over = final || record.outcome === 'delivered';
  return {
    deliveryId: record.deliveryId,
    tenantId: record.tenantId,
    subscriptionId: record.subscriptionId,
    eventId: record.eventId,
    eventType: record.eventType,
    seq: record.seq,
    replayId: record.replayId ?? '',
    status: over ? record.outcome : 'waiting',
    attempts: attempt,
    nextAttemptAt: over ? null : (nextAttemptAt ?? null),
    lastStatus: sent ? (status ?? null) : null,
    lastError: sent ? (error ?? null) : null,
    firstAttemptAt: sent ? startedAt : null,
    lastAttemptAt: sent ? startedAt : null,
    finishedAt: over ? startedAt + durationMs : null,
  };
}

/**
 * Two states of one delivery put together. Neither order nor repeats matter: the highest attempt says what
 * happened last, the strongest status says how it ended, and an end is never taken back.
 */
export function mergeDelivery(one: DeliveryState, other: DeliveryState): DeliveryState {
  const last = isLater(other, one) ? other : one;
  const status = strength[other.status] > strength[one.status] ? other.status : one.status;
  const ends = [one, other].filter((state) => state.status === status).map(({ finishedAt }) => finishedAt);
  return {
    ...last,
    status,
    nextAttemptAt: status === 'waiting' ? last.nextAttemptAt : null,
    firstAttemptAt: least(one.firstAttemptAt, other.firstAttemptAt),
    finishedAt: ends.reduce(least, null),
  };
}

/**
 * Two owners may have sent attempts of one number: then the accepted one stands, or else the earlier one.
 * Only what the last attempt itself said is compared (not the status, which may come from another one), so
 * that any order of merging ends the same.
 */
function isLater(one: DeliveryState, other: DeliveryState): boolean {
  if (one.attempts !== other.attempts) return one.attempts > other.attempts;
  if (isAccepted(one) !== isAccepted(other)) return isAccepted(one);
  return (one.lastAttemptAt ?? 0) < (other.lastAttemptAt ?? 0);
}

function isAccepted({ lastStatus }: DeliveryState): boolean {
  return lastStatus !== null && lastStatus >= 200 && lastStatus <= 299;
}

function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Which of two records of the same attempt is kept; the same rule stands in the projection's SQL. */
export function isBetterRecord(one: AttemptMessage, other: AttemptMessage): boolean {
  const delivered = Number(one.outcome === 'delivered') - Number(other.outcome === 'delivered');
  if (delivered !== 0) return delivered > 0;
  if (one.final !== other.final) return one.final;
  return one.startedAt < other.startedAt;
}
