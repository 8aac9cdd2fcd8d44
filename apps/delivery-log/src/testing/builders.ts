import {
  type AttemptMessage,
  type AttemptsMessage,
  encodeAttempts,
  encodeControl,
  encodeEvent,
  type EventMessage,
  type EventsMessage,
  type LaneCancelled,
  type ParkedLane,
  type SubscriptionChanged,
  type SubscriptionSnapshot,
} from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { ProjectionRecord } from '@posthorn/runtime';

/** An instant that all builders start from. */
export const startMs = Date.parse('2026-04-15T10:00:00.000Z');

export function event(given: Partial<EventMessage> = {}): EventMessage {
  return {
    kind: 'event',
    id: 'evt_1',
    tenantId: 'vendor-17',
    type: 'order.created',
    entity: { name: 'order', id: 'o1' },
    timestamp: '2026-04-15T10:00:00.000Z',
    acceptedAt: startMs,
    data: Buffer.from('{"total":1.0}'),
    ...given,
  };
}

export function snapshot(given: Partial<SubscriptionSnapshot> = {}): SubscriptionSnapshot {
  return {
    tenantId: 'vendor-17',
    id: 'sub_1',
    version: 1,
    profile: 'brutlers',
    name: 'shop',
    url: 'https://receiver.example/hook',
    status: 'active',
    ordering: 'unordered',
    filter: { types: ['order.created'] },
    secrets: [{ sealed: 'v1.k1.sealed' }],
    retryPolicy: { delaysMs: [10_000, 60_000, 600_000] },
    timeoutMs: 10_000,
    rateLimit: null,
    headers: {},
    metadata: {},
    createdAt: '2026-04-15T09:00:00.000Z',
    updatedAt: '2026-04-15T09:00:00.000Z',
    ...given,
  };
}

export function control(given: Partial<SubscriptionSnapshot> = {}): SubscriptionChanged {
  const whole = snapshot(given);
  return { kind: 'subscription', tenantId: whole.tenantId, snapshot: whole };
}

/** A failed first attempt with another one to come, unless told otherwise. */
export function attempt(given: Partial<AttemptMessage> = {}): AttemptMessage {
  const eventId = given.eventId ?? 'evt_1';
  const subscriptionId = given.subscriptionId ?? 'sub_1';
  const number = given.attempt ?? 1;
  return {
    kind: 'attempt',
    tenantId: 'vendor-17',
    subscriptionId,
    deliveryId: deliveryId(eventId, subscriptionId),
    eventId,
    eventType: 'order.created',
    seq: 5,
    acceptedAt: startMs,
    attempt: number,
    outcome: 'failed',
    final: false,
    status: 500,
    url: 'https://receiver.example/hook',
    startedAt: startMs + number * 1_000,
    durationMs: 25,
    nextAttemptAt: startMs + number * 1_000 + 10_000,
    requestHeaders: { 'content-type': 'application/json' },
    responseHeaders: { 'content-type': 'text/plain' },
    responseBody: Buffer.from('no'),
    ...given,
  };
}

export function delivered(given: Partial<AttemptMessage> = {}): AttemptMessage {
  return attempt({ outcome: 'delivered', final: true, status: 200, nextAttemptAt: undefined, ...given });
}

export function laneCancelled(given: Partial<LaneCancelled> = {}): LaneCancelled {
  return {
    kind: 'lane-cancelled',
    tenantId: 'vendor-17',
    subscriptionId: 'sub_1',
    lane: '0',
    fromSeq: 0,
    untilSeq: 100,
    at: startMs + 60_000,
    reason: 'disabled',
    ...given,
  };
}

export function parked(given: Partial<ParkedLane> = {}): ParkedLane {
  return {
    kind: 'parked',
    tenantId: 'vendor-17',
    subscriptionId: 'sub_1',
    lane: '0',
    cursor: 5,
    attempt: 1,
    dueAt: startMs + 10_000,
    failingSince: startMs,
    reason: 'failing',
    ...given,
  };
}

export function encodeEvents(message: EventsMessage): Buffer {
  return message.kind === 'event' ? encodeEvent(message) : encodeControl(message);
}

export function record(offset: number, value: Buffer | null, key = ''): ProjectionRecord {
  return { offset, key: Buffer.from(key), value, headers: {}, timestamp: startMs };
}

export function eventRecords(messages: readonly EventsMessage[], from = 0): ProjectionRecord[] {
  return messages.map((message, i) => record(from + i, encodeEvents(message)));
}

export function attemptRecords(messages: readonly AttemptsMessage[], from = 0): ProjectionRecord[] {
  return messages.map((message, i) => record(from + i, encodeAttempts(message)));
}
