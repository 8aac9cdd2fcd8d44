import type { AttemptMessage } from '@posthorn/contracts';

export const deliveryStatuses = ['waiting', 'delivered', 'failed', 'expired', 'cancelled'] as const;

/** `waiting` has had attempts and will have another one; the rest is over. */
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** A delivery as far as attempts told of it. Times are epoch milliseconds. */
export type DeliveryState = {
  deliveryId: string;
  /** Days since 1970: what it is filed under. */
  day: number;
  tenantId: string;
  subscriptionId: string;
  eventId: string;
  eventType: string;
  seq: number;
  /** Empty for the delivery made when the event came. */
  replayId: string;
  /** The highest attempt number seen; 0 when there was none. */
  attempts: number;
  /** What that attempt came to, and when it was over with that; `waiting` also where there was none. */
  told: DeliveryStatus;
  toldAt: number | null;
  nextAttemptAt: number | null;
  lastStatus: number | null;
  lastError: string | null;
  lastAttemptAt: number | null;
  firstAttemptAt: number | null;
  /** The latest word that it ended without an attempt. */
  endedAs: Exclude<DeliveryStatus, 'waiting'> | null;
  endedAt: number | null;
};

/** A record, and the day that its delivery is filed under. */
export type FiledAttempt = AttemptMessage & { day: number };

/** What one record tells of its delivery. Attempt 0: it ended without one. */
export function deliveryOf(record: FiledAttempt): DeliveryState {
  const { attempt, outcome, startedAt, durationMs, status, error, nextAttemptAt } = record;
  const sent = attempt > 0;
  const over = record.final || outcome === 'delivered';
  const finishedAt = over ? startedAt + durationMs : null;
  return {
    deliveryId: record.deliveryId,
    day: record.day,
    tenantId: record.tenantId,
    subscriptionId: record.subscriptionId,
    eventId: record.eventId,
    eventType: record.eventType,
    seq: record.seq,
    replayId: record.replayId ?? '',
    attempts: attempt,
    told: sent && over ? outcome : 'waiting',
    toldAt: sent ? finishedAt : null,
    nextAttemptAt: sent && !over ? (nextAttemptAt ?? null) : null,
    lastStatus: sent ? (status ?? null) : null,
    lastError: sent ? (error ?? null) : null,
    firstAttemptAt: sent ? startedAt : null,
    lastAttemptAt: sent ? startedAt : null,
    endedAs: sent || !over ? null : outcome,
    endedAt: sent ? null : finishedAt,
  };
}

/**
 * Two states of one delivery put together. Neither order nor repeats matter: the highest attempt says what
 * happened last, and of the words that it ended without one the latest counts.
 */
export function mergeDelivery(one: DeliveryState, other: DeliveryState): DeliveryState {
  const last = isLater(other, one) ? other : one;
  const { endedAs, endedAt } = endsLater(other, one) ? other : one;
  return { ...last, firstAttemptAt: least(one.firstAttemptAt, other.firstAttemptAt), endedAs, endedAt };
}

/**
 * The highest attempt decides: somebody may have a delivery that was over tried again, and then what is over
 * waits once more. An end without an attempt counts for what waits, unless it was tried again after that.
 */
export function statusOf({ told, toldAt, nextAttemptAt, lastAttemptAt, endedAs, endedAt }: DeliveryState): {
  status: DeliveryStatus;
  nextAttemptAt: number | null;
  finishedAt: number | null;
} {
  if (told !== 'waiting') return { status: told, nextAttemptAt: null, finishedAt: toldAt };
  const hasEnded = endedAs !== null && (endedAt ?? 0) >= (lastAttemptAt ?? 0);
  if (hasEnded) return { status: endedAs, nextAttemptAt: null, finishedAt: endedAt };
  return { status: 'waiting', nextAttemptAt, finishedAt: null };
}

/**
 * Two owners may have sent attempts of one number: then the accepted one stands, then the final one, or else
 * the earlier one.
 */
function isLater(one: DeliveryState, other: DeliveryState): boolean {
  if (one.attempts !== other.attempts) return one.attempts > other.attempts;
  const better = weight[one.told] - weight[other.told];
  if (better !== 0) return better > 0;
  return (one.lastAttemptAt ?? 0) < (other.lastAttemptAt ?? 0);
}

const weight: Record<DeliveryStatus, number> = {
  waiting: 0,
  cancelled: 1,
  expired: 1,
  failed: 1,
  delivered: 2,
};

function endsLater(one: DeliveryState, other: DeliveryState): boolean {
  if (one.endedAt !== other.endedAt) return (one.endedAt ?? -Infinity) > (other.endedAt ?? -Infinity);
  return one.endedAs === 'expired' && other.endedAs !== 'expired';
}

function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

type Weighed = Pick<AttemptMessage, 'outcome' | 'final' | 'startedAt'>;

/** Which of two records of the same attempt is kept; the same rule stands in the projection's SQL. */
export function isBetterRecord(one: Weighed, other: Weighed): boolean {
  const delivered = Number(one.outcome === 'delivered') - Number(other.outcome === 'delivered');
  if (delivered !== 0) return delivered > 0;
  if (one.final !== other.final) return one.final;
  return one.startedAt < other.startedAt;
}
