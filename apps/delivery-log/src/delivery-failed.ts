import { isOperationalType, type OperationalEvent, operationalEvent } from '@posthorn/domain';
import { type DeliveryState, type FiledAttempt, statusOf } from './delivery.js';

/** A log that is made again from the beginning does not tell old news again. */
const newsMaxAgeMs = 24 * 60 * 60 * 1000;

/** Records of a batch, by `attemptKey`. */
export type Attempts = Map<string, FiledAttempt>;

type AttemptKey = Pick<FiledAttempt, 'deliveryId' | 'day' | 'attempt'>;
export const attemptKey = ({ deliveryId, day, attempt }: AttemptKey): string =>
  `${deliveryId}/${day}/${attempt}`;

/**
 * What a batch has to tell tenants that ask for it: deliveries that failed for good by it. Never of a
 * delivery of such an event: it would cause the next one.
 */
export function failuresOf(
  attempts: Attempts,
  states: readonly DeliveryState[],
  listens: (tenantId: string) => boolean,
  nowMs: number,
): OperationalEvent[] {
  return states.flatMap((state) => {
    if (statusOf(state).status !== 'failed') return [];
    const { deliveryId, day, attempts: attempt } = state;
    const record = attempts.get(attemptKey({ deliveryId, day, attempt }));
    if (record?.outcome !== 'failed') return [];
    const atMs = record.startedAt + record.durationMs;
    if (isOperationalType(record.eventType ?? '') || nowMs - atMs > newsMaxAgeMs) return [];
    return listens(record.tenantId) ? [failed(record, atMs, nowMs)] : [];
  });
}

/** Somebody may have it tried again, and it may fail again: the attempt names the occurrence. */
function failed(record: FiledAttempt, atMs: number, nowMs: number): OperationalEvent {
  const { tenantId, deliveryId, attempt } = record;
  const data = {
    deliveryId,
    subscriptionId: record.subscriptionId,
    eventId: record.eventId,
    eventType: record.eventType,
    attempts: attempt,
    lastStatus: record.status ?? null,
    lastError: record.error ?? null,
    url: record.url,
    replayId: record.replayId ?? null,
  };
  const about = { tenantId, entityId: deliveryId, occurrence: String(attempt), data };
  return operationalEvent('posthorn.delivery.failed', about, { atMs, nowMs });
}
