import { attemptId, deliveryId, profileOf } from '@posthorn/domain';
import type { DeliveryRow } from './delivery-rows.js';
import type { EventFacts } from './event-facts.js';
import { type EventRow, profileEventOf } from './event-view.js';
import type { Position } from './page.js';
import type { SubscriptionView } from './rule-book.js';
import { type LaneView, type ReasonCode, waitOf } from './wait-reason.js';

export type SubscriptionState = { view: SubscriptionView; lanes: LaneView[] };

/** A delivery as lists show it. */
export type DeliverySummary = {
  id: string;
  subscriptionId: string;
  eventId: string;
  eventType: string;
  /** Null where the event has none, or is not kept any more. */
  entity: { name: string; id: string } | null;
  /** Of the event; null where it is not kept any more. */
  acceptedAt: string | null;
  seq: number;
  status: string;
  /** Why it is not over. */
  reason: string | null;
  /** The same for programs: it stays as it is when the words change. */
  reasonCode: ReasonCode | null;
  attemptCount: number;
  /** Null for what is over, and for what waits for others: then `reason` says for what. */
  nextAttemptAt: string | null;
  lastStatus: number | null;
  lastError: string | null;
  firstAttemptAt: string | null;
  finishedAt: string | null;
  replayId: string | null;
};

export type AttemptRow = {
  attempt: number;
  started_at: Date;
  duration_ms: number;
  outcome: string;
  status: number | null;
  error: string | null;
  message: string | null;
  url: string;
  request_headers: Record<string, string> | null;
  response_headers: Record<string, string> | null;
  response_body: Buffer;
  truncated: boolean;
  timings: Record<string, number | null> | null;
  replay_id: string | null;
};

export function summaryOf(
  row: DeliveryRow,
  state: SubscriptionState | undefined,
  event: EventFacts | undefined,
): DeliverySummary {
  const seq = Number(row.seq);
  const { status, attempts, replay_id: replayId, entity_id } = row;
  const entityId = status === 'pending' ? (entity_id ?? row.event_id) : null;
  const nextAttemptAt = iso(row.next_attempt_at);
  const open = status === 'waiting' || status === 'pending';
  const wait = open
    ? waitOf({ seq, status, attempts, nextAttemptAt, replayId, entityId }, state?.lanes ?? [], state?.view)
    : { reason: null, code: null, nextAttemptAt: null };
  return {
    id: row.delivery_id ?? deliveryId(row.event_id, row.subscription_id, row.replay_id),
    subscriptionId: row.subscription_id,
    eventId: row.event_id,
    eventType: row.event_type,
    entity: event?.entity ?? null,
    acceptedAt: event?.acceptedAt ?? null,
    seq,
    status,
    reason: wait.reason,
    reasonCode: wait.code,
    attemptCount: attempts,
    nextAttemptAt: wait.nextAttemptAt,
    lastStatus: row.last_status,
    lastError: row.last_error,
    firstAttemptAt: iso(row.first_attempt_at),
    finishedAt: iso(row.finished_at),
    replayId: row.replay_id === '' ? null : row.replay_id,
  };
}

export function positionOf({ seq, subscription_id, replay_id }: DeliveryRow): Position {
  return { seq: Number(seq), subscriptionId: subscription_id, replayId: replay_id };
}

/** A phase that did not happen (a connection that was used again) took no time. */
const noTimings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };

/** What went out and what came back. Attempt 0 is no attempt: it says that the delivery ended without one. */
export function attemptsView(
  id: string,
  rows: readonly AttemptRow[],
  body: string | null,
): Record<string, unknown>[] {
  return rows
    .filter(({ attempt }) => attempt > 0)
    .map((row) => ({
      id: attemptId(id, row.attempt),
      attempt: row.attempt,
      outcome: row.outcome,
      startedAt: iso(row.started_at),
      durationMs: row.duration_ms,
      timings: { ...noTimings, ...row.timings, totalMs: row.duration_ms },
      error: row.error,
      message: row.message,
      replayId: row.replay_id === '' ? null : row.replay_id,
      request: { method: 'POST', url: row.url, headers: row.request_headers ?? {}, body },
      response:
        row.status === null
          ? null
          : {
              status: row.status,
              headers: row.response_headers ?? {},
              body: row.response_body.toString('utf8'),
              truncated: row.truncated,
            },
    }));
}

/** The body as its subscription's profile writes it; null where event or subscription are not known (yet). */
export function requestBody(event: EventRow | undefined, view: SubscriptionView | undefined): string | null {
  if (!event || !view) return null;
  return profileOf(view.profile).render(profileEventOf(event)).toString('utf8');
}

export function iso(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
