import {
  type AttemptMessage,
  encodeAttempts,
  encodeControl,
  encodeCursors,
  encodeEvent,
  type EventMessage,
  laneKey,
  windowKey,
} from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { ProjectionRecord } from '@posthorn/runtime';
import { dayMs } from '../day-partitions.js';

/** One tenant has half of everything. */
export const tenants = Array.from({ length: 11 }, (_, n) => `tenant-${n}`);
export const subscriptionsEach = 20;
export const types = Array.from({ length: 9 }, (_, n) => `order.changed-${n}`);
export const rareType = 'order.audited';
const perEvent = 2;

export const subscriptionId = (n: number): string => `sub_${n}`;
export const entityIdOf = (n: number): string => `o-${n}`;
export const eventIdOf = (seq: number): string => `evt_${String(seq).padStart(26, 'a')}`;

/** The same numbers at every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What was published and delivered until now, evenly over these days: rows are deliveries. */
export type Plan = { rows: number; days: number; untilMs: number };

/** Few rows on few days: a partition that is nearly empty is read whole, and rightly. */
export const daysFor = (rows: number): number => Math.max(3, Math.min(30, Math.floor(rows / 30_000)));

export const entitiesFor = ({ rows }: Plan): number => Math.max(10, Math.floor(rows / 100));

export type Chunk = { events: ProjectionRecord[]; attempts: ProjectionRecord[] };

const head = (offset: number, value: Buffer, timestamp: number): ProjectionRecord => ({
  ...{ offset, key: null, value, headers: {}, timestamp },
});

/** Subscriptions of all tenants; each event is for two of them. */
export function subscriptions(): Buffer[] {
  const at = new Date(0).toISOString();
  return tenants.flatMap((tenantId) =>
    Array.from({ length: subscriptionsEach }, (_, n) =>
      encodeControl({
        ...{ kind: 'subscription', tenantId },
        snapshot: {
          ...{ tenantId, id: subscriptionId(n), version: 1, profile: 'standard', name: `shop ${n}` },
          ...{ url: 'https://receiver.example/hook', status: 'active', ordering: 'unordered' },
          filter: { types: ['*'], expression: `data.to == ${n % (subscriptionsEach / perEvent)}` },
          ...{ secrets: [], retryPolicy: { delaysMs: [10_000] }, timeoutMs: 10_000, rateLimit: null },
          ...{ headers: {}, metadata: {}, createdAt: at, updatedAt: at },
        },
      }),
    ),
  );
}

/**
 * As the dispatcher writes it: of a hundred deliveries three fail at first, and one for good. What a lane
 * holds back was not tried yet.
 */
export function* chunks(plan: Plan, eventsEach: number): Generator<Chunk> {
  const first = subscriptions().map((value, offset) => head(offset, value, plan.untilMs - plan.days * dayMs));
  yield { events: first, attempts: [] };
  const next = random(1);
  const total = Math.ceil(plan.rows / perEvent);
  const heldFrom = cursorsOfLanes(first.length + total);
  let offset = 0;
  for (let from = 0; from < total; from += eventsEach) {
    const chunk: Chunk = { events: [], attempts: [] };
    for (let n = from; n < Math.min(total, from + eventsEach); n++) {
      const acceptedAt = Math.floor(plan.untilMs - plan.days * dayMs * (1 - n / total));
      const seq = first.length + n;
      const to = Math.floor(next() * (subscriptionsEach / perEvent));
      const event = eventAt(seq, acceptedAt, to, plan, next);
      chunk.events.push(head(seq, encodeEvent(event), acceptedAt));
      for (let each = to; each < subscriptionsEach; each += subscriptionsEach / perEvent) {
        if (event.tenantId === tenants[0] && seq >= (heldFrom[each] ?? Infinity)) continue;
        for (const attempt of attemptsOf(event, seq, subscriptionId(each), next()))
          chunk.attempts.push(head(offset++, encodeAttempts(attempt), attempt.startedAt));
      }
    }
    yield chunk;
  }
}

function eventAt(seq: number, acceptedAt: number, to: number, plan: Plan, next: () => number): EventMessage {
  const [tenant, type] = [next(), next()];
  return {
    ...{ kind: 'event', id: eventIdOf(seq), acceptedAt, timestamp: new Date(acceptedAt).toISOString() },
    tenantId: tenant < 0.5 ? tenants[0] : tenants[1 + Math.floor(next() * (tenants.length - 1))],
    type: type < 0.0005 ? rareType : types[Math.floor(next() * types.length)],
    entity: { name: 'order', id: entityIdOf(Math.floor(next() * entitiesFor(plan))) },
    data: Buffer.from(`{"to":${to},"total":${seq},"note":"${'x'.repeat(440)}"}`),
  };
}

function attemptsOf(event: EventMessage, seq: number, subscription: string, luck: number): AttemptMessage[] {
  const { tenantId, id: eventId, type: eventType, acceptedAt } = event;
  const of = { kind: 'attempt' as const, tenantId, eventId, eventType, seq, acceptedAt };
  const attempt = (number: number, status: number, final: boolean): AttemptMessage => ({
    ...of,
    ...{
      subscriptionId: subscription,
      deliveryId: deliveryId(eventId, subscription),
      attempt: number,
      final,
      status,
    },
    outcome: status === 200 ? 'delivered' : 'failed',
    ...{
      url: 'https://receiver.example/hook',
      startedAt: acceptedAt + number * 10_000 - 9_990,
      durationMs: 5 + luck * 90,
    },
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 4 },
    requestHeaders: {
      'content-type': 'application/json',
      'webhook-id': eventId,
      'webhook-timestamp': '1776247201',
    },
    responseHeaders: { 'content-type': 'text/plain' },
    responseBody: Buffer.from('ok'),
    ...(final ? {} : { nextAttemptAt: acceptedAt + number * 10_000 }),
  });
  if (luck < 0.0005) return [attempt(1, 503, false)];
  if (luck < 0.01) return [attempt(1, 503, false), attempt(2, luck < 0.005 ? 404 : 500, true)];
  if (luck < 0.033) return [attempt(1, 503, false), attempt(2, 200, true)];
  return [attempt(1, 200, true)];
}

/** Of the largest tenant's first four subscriptions: what they wait at, one of them for long. */
const cursorsOfLanes = (endSeq: number): number[] =>
  [500, 500, 500, Math.min(50_000, endSeq / 20)].map((behind) => Math.max(0, Math.floor(endSeq - behind)));

/** Everything is settled but what four lanes of the largest tenant hold back. */
export function cursors(endSeq: number, atMs: number): ProjectionRecord[] {
  const lanes = cursorsOfLanes(endSeq).map((cursor, n) => {
    const of = { tenantId: tenants[0], subscriptionId: subscriptionId(n), lane: '0', cursor };
    const parked = {
      kind: 'parked' as const,
      ...of,
      attempt: 3,
      dueAt: atMs,
      failingSince: atMs,
      reason: 'failing' as const,
    };
    return { key: laneKey(of.tenantId, of.subscriptionId, of.lane), value: encodeCursors(parked) };
  });
  const window = { kind: 'window' as const, next: endSeq, bitmap: '', at: atMs };
  return [...lanes, { key: windowKey, value: encodeCursors(window) }].map(({ key, value }, n) => ({
    ...head(n, value, atMs),
    key: Buffer.from(key),
  }));
}
