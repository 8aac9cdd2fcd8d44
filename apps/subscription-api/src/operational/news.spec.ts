import { decodeEvents, type EventMessage } from '@posthorn/contracts';
import type { OutboxRecord } from '../outbox/outbox-record.js';
import type { Subscription } from '../subscriptions/subscription.js';
import { disabledRecord, failingRecord, recoveredRecord } from './news.js';

const nowMs = Date.UTC(2026, 3, 15, 10);
const state: Subscription = {
  ...{ tenantId: 't', id: 'sub_1', version: 7, profile: 'standard', ordering: 'strict', status: 'active' },
  ...{
    name: 'Büro',
    url: 'https://example.org/x',
    filter: { types: ['*'] },
    secrets: [{ sealed: 'hidden' }],
  },
  ...{
    retryPolicy: { delaysMs: [] },
    timeoutMs: 1,
    rateLimit: null,
    headers: { 'x-key': 'hidden' },
    metadata: {},
  },
  ...{ statusReason: null, statusChangedAt: '2026-04-15T09:00:00.000Z' },
  ...{ createdAt: '2026-04-15T08:00:00.000Z', updatedAt: '2026-04-15T08:00:00.000Z' },
};
const told = ({ value }: OutboxRecord) => {
  const event = decodeEvents(value) as EventMessage;
  return { ...event, data: JSON.parse(event.data.toString()) as object };
};
const since = {
  seenMs: nowMs - 500,
  sinceMs: nowMs - 1_000,
  reason: 'breaker' as const,
  attempt: 3,
  nextAttemptAtMs: nowMs + 1_000,
};
const ofIt = { subscriptionId: 'sub_1', name: 'Büro', url: 'https://example.org/x' };

it('tells that a subscription fails', () => {
  const record = failingRecord(state, since, nowMs);
  expect(record).toMatchObject({ topic: 'events.v1', key: 't' });
  expect(told(record)).toMatchObject({
    ...{ kind: 'event', tenantId: 't', type: 'posthorn.subscription.failing', acceptedAt: nowMs },
    ...{ entity: { name: 'subscription', id: 'sub_1' }, timestamp: '2026-04-15T09:59:59.500Z' },
    data: {
      ...ofIt,
      ...{ reason: 'breaker', attempt: 3 },
      ...{ failingSince: '2026-04-15T09:59:59.000Z', nextAttemptAt: '2026-04-15T10:00:01.000Z' },
    },
  });
  expect(record.value.toString()).not.toContain('hidden');
});

it('tells that it recovered, of the same incident', () => {
  expect(
    told(recoveredRecord(state, { seenMs: nowMs - 500, sinceMs: nowMs - 1_000, atMs: nowMs }, nowMs)),
  ).toMatchObject({
    ...{ type: 'posthorn.subscription.recovered', timestamp: '2026-04-15T10:00:00.000Z' },
    data: { ...ofIt, failingSince: '2026-04-15T09:59:59.000Z', recoveredAt: '2026-04-15T10:00:00.000Z' },
  });
});

it.each([
  ['somebody', undefined, null, { reason: 'person', detail: 'It was switched off by somebody.' }],
  ['its receiver', 'gone' as const, '410', { reason: 'gone', detail: '410' }],
])('tells that it was disabled by %s', (_, cause, statusReason, data) => {
  expect(told(disabledRecord({ ...state, statusReason }, cause, nowMs))).toMatchObject({
    ...{ type: 'posthorn.subscription.disabled', timestamp: '2026-04-15T09:00:00.000Z' },
    data: { ...ofIt, ...data },
  });
});

it('has one id for one occurrence', () => {
  const ids = [
    failingRecord(state, since, nowMs),
    failingRecord({ ...state, name: 'x', version: 8 }, { ...since, attempt: 4, sinceMs: nowMs }, nowMs + 1),
    failingRecord(state, { ...since, seenMs: nowMs }, nowMs),
    disabledRecord(state, undefined, nowMs),
    disabledRecord({ ...state, version: 8 }, undefined, nowMs),
  ].map((record) => told(record).id);
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(4);
});

it('survives a date that no calendar has', () => {
  const data = { nextAttemptAt: null };
  expect(told(failingRecord(state, { ...since, nextAttemptAtMs: Infinity }, nowMs))).toMatchObject({ data });
});
