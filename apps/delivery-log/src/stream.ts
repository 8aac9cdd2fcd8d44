import type { AttemptMessage } from '@posthorn/contracts';
import { attemptId } from '@posthorn/domain';
import type { DeliverySummary } from './delivery-view.js';

/** An attempt as streams tell of it; everything it sent and got is in the delivery. */
export type AttemptTold = {
  id: string;
  deliveryId: string;
  subscriptionId: string;
  eventId: string;
  eventType: string;
  attempt: number;
  outcome: string;
  status: number | null;
  error: string | null;
  startedAt: string;
  durationMs: number;
  replayId: string | null;
};

export function attemptTold(message: AttemptMessage): AttemptTold {
  const { deliveryId, subscriptionId, eventId, eventType, attempt, outcome } = message;
  return {
    id: attemptId(deliveryId, attempt),
    ...{ deliveryId, subscriptionId, eventId, eventType, attempt, outcome },
    status: message.status ?? null,
    error: message.error ?? null,
    startedAt: new Date(message.startedAt).toISOString(),
    durationMs: message.durationMs,
    replayId: message.replayId ?? null,
  };
}

/** Told again, an event of a stream has the same id: the place in the log of what it tells. */
export function streamed(offset: number, message: AttemptMessage, delivery: DeliverySummary): string {
  const attempt =
    message.attempt > 0 ? `event: attempt\ndata: ${JSON.stringify(attemptTold(message))}\n\n` : '';
  // Only what comes last has the id: who is cut off in between gets both again.
  return `${attempt}id: ${offset}\nevent: delivery\ndata: ${JSON.stringify(delivery)}\n\n`;
}

/** Where a stream goes on; undefined for an id that is none of ours. */
export function positionAfter(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined || !/^\d{1,15}$/.test(lastEventId)) return undefined;
  return Number(lastEventId) + 1;
}
