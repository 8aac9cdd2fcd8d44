import { encodeEvent, eventsTopic } from '@posthorn/contracts';
import { operationalEvent, type OperationalType } from '@posthorn/domain';
import type { OutboxRecord } from '../outbox/outbox-record.js';
import type { DisablingCause, Subscription } from '../subscriptions/subscription.js';

/** A subscription began to fail: one of its lanes was parked, for the first time since it was live. */
export type Trouble = {
  /** When the lane's record was written: it names the occurrence. */
  seenMs: number;
  /** Since when its receiver has not taken anything; that may be longer ago. */
  sinceMs: number;
  reason: 'failing' | 'breaker';
  /** Attempts the event has had that it failed at. */
  attempt: number;
  nextAttemptAtMs: number;
};

type Told = { type: OperationalType; atMs: number; occurrence: string; data: object };

export function failingRecord(state: Subscription, trouble: Trouble, nowMs: number): OutboxRecord {
  const { seenMs, sinceMs, reason, attempt, nextAttemptAtMs } = trouble;
  const data = { reason, attempt, failingSince: iso(sinceMs), nextAttemptAt: iso(nextAttemptAtMs) };
  const told: Told = {
    type: 'posthorn.subscription.failing',
    atMs: seenMs,
    occurrence: String(seenMs),
    data,
  };
  return recordOf(state, told, nowMs);
}

export function recoveredRecord(
  state: Subscription,
  { seenMs, sinceMs, atMs }: { seenMs: number; sinceMs: number; atMs: number },
  nowMs: number,
): OutboxRecord {
  const data = { failingSince: iso(sinceMs), recoveredAt: iso(atMs) };
  const told: Told = { type: 'posthorn.subscription.recovered', atMs, occurrence: String(seenMs), data };
  return recordOf(state, told, nowMs);
}

/** The state is that of the change, so its version names the occurrence. */
export function disabledRecord(
  state: Subscription,
  cause: DisablingCause | undefined,
  nowMs: number,
): OutboxRecord {
  const data = {
    reason: cause ?? 'person',
    detail: state.statusReason ?? 'It was switched off by somebody.',
  };
  const told: Told = {
    type: 'posthorn.subscription.disabled',
    atMs: Date.parse(state.statusChangedAt),
    occurrence: String(state.version),
    data,
  };
  return recordOf(state, told, nowMs);
}

function recordOf({ tenantId, id, name, url }: Subscription, told: Told, nowMs: number): OutboxRecord {
  const { type, atMs, occurrence } = told;
  const data = { subscriptionId: id, name, url, ...told.data };
  const event = operationalEvent(type, { tenantId, entityId: id, occurrence, data }, { atMs, nowMs });
  return { topic: eventsTopic.name, key: tenantId, value: encodeEvent(event) };
}

/** Null for what no calendar has. */
function iso(atMs: number): string | null {
  return Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : null;
}
