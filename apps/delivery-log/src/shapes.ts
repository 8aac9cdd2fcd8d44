import { statusFilters } from './delivery-rows.js';
import { statusClasses } from './event-conditions.js';
import { replayKinds, replayStatuses } from './replay.js';
import {
  instant,
  instantOrNull,
  listOf,
  number,
  numberOrNull,
  object,
  oneOfTexts,
  orNull,
  pageOf,
  partial,
  type Schema,
  text,
  textOrNull,
  whole,
  wholeOrNull,
} from './route-docs.js';
import { steps } from './statistics.js';
import { reasonCodes } from './wait-reason.js';

/** What the routes answer with, for the OpenAPI document. */
const entity = object({ name: text, id: text });
const headers: Schema = { type: 'object', additionalProperties: text };

const eventFields = {
  id: text,
  type: text,
  entity: orNull(entity),
  timestamp: text,
  source: textOrNull,
  acceptedAt: instant,
  seq: whole,
  matched: listOf(text),
  unmatchedReason: textOrNull,
};
const deliveryFields = {
  id: text,
  subscriptionId: text,
  eventId: text,
  eventType: text,
  entity: orNull(entity),
  acceptedAt: instantOrNull,
  seq: whole,
  status: oneOfTexts(statusFilters),
  reason: textOrNull,
  reasonCode: orNull(oneOfTexts(reasonCodes)),
  attemptCount: whole,
  nextAttemptAt: instantOrNull,
  lastStatus: wholeOrNull,
  lastError: textOrNull,
  firstAttemptAt: instantOrNull,
  finishedAt: instantOrNull,
  replayId: textOrNull,
};
const attemptShape = object({
  id: text,
  attempt: whole,
  outcome: text,
  startedAt: instant,
  durationMs: number,
  timings: object({
    dnsMs: numberOrNull,
    connectMs: numberOrNull,
    tlsMs: numberOrNull,
    firstByteMs: numberOrNull,
    totalMs: number,
  }),
  error: textOrNull,
  message: textOrNull,
  replayId: textOrNull,
  request: object({ method: text, url: text, headers, body: textOrNull }),
  response: orNull(object({ status: whole, headers, body: text, truncated: { type: 'boolean' } })),
});
/** The publisher's JSON, or null where there is none. */
const data: Schema = {};

export const deliveryShape = object(deliveryFields);
export const deliveryPage = pageOf(deliveryShape);
export const eventShape = object(eventFields);
export const eventPage = pageOf(eventShape);
export const eventDetail = object({
  ...eventFields,
  data,
  deliveries: listOf(deliveryShape),
  subscriptions: listOf(
    object({ subscriptionId: text, name: text, matched: { type: 'boolean' }, reason: text }),
  ),
});
export const deliveryDetail = object({
  ...deliveryFields,
  subscription: orNull(object({ id: text, name: text, url: text, status: text })),
  event: orNull(object({ ...eventFields, data })),
  attempts: listOf(attemptShape),
});
export const retryOrdered = object({ deliveryId: text, subscriptionId: text, eventId: text, attempt: whole });
export const waitingPage = pageOf(
  object({
    subscriptionId: text,
    lane: textOrNull,
    state: oneOfTexts(['parked', 'paused', 'behind', 'retrying']),
    attempt: whole,
    attempts: wholeOrNull,
    nextAttemptAt: instantOrNull,
    waiting: whole,
    atLeast: { type: 'boolean' },
    oldestAt: instantOrNull,
    reason: text,
  }),
);

export const paging = { limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 }, cursor: text };

export const pollPage = object({
  // `body` as it would have been sent.
  items: listOf(object({ id: text, type: text, acceptedAt: instant, body: {} })),
  cursor: text,
  hasMore: { type: 'boolean' },
});

const latency = { p50: numberOrNull, p95: numberOrNull, p99: numberOrNull };
export const statsQuery = {
  from: instant,
  to: instant,
  step: { ...oneOfTexts(steps), default: 'hour' },
  subscriptionId: text,
};
export const statsShape = object({
  step: oneOfTexts(steps),
  from: instant,
  to: instant,
  items: listOf(
    object({ at: instant, delivered: whole, failed: whole, attempts: whole, latencyMs: object(latency) }),
  ),
  backlog: object({ size: whole, oldestAt: instantOrNull, atLeast: { type: 'boolean' } }),
});

export const erasureBody: Schema = {
  type: 'object',
  properties: { subscriptionId: text, entity, tenant: { type: 'boolean', const: true } },
};
export const erasureShape = object({
  id: text,
  status: oneOfTexts(['queued', 'running', 'done']),
  kind: oneOfTexts(['tenant', 'subscription', 'entity']),
  subscriptionId: textOrNull,
  entity: orNull(entity),
  acceptedBefore: instant,
  removed: whole,
  createdAt: instant,
  startedAt: instantOrNull,
  endedAt: instantOrNull,
});
export const erasurePage = pageOf(erasureShape);

const replayFilter = partial({ types: listOf(text), entityName: text, entityId: text });
export const replayBody: Schema = {
  type: 'object',
  required: ['subscriptionId', 'kind'],
  properties: {
    subscriptionId: text,
    targetSubscriptionId: text,
    kind: oneOfTexts(replayKinds),
    from: instant,
    to: instant,
    filter: replayFilter,
    dryRun: { type: 'boolean' },
  },
};
export const replayShape = object({
  id: text,
  subscriptionId: text,
  targetSubscriptionId: text,
  kind: oneOfTexts(replayKinds),
  from: instantOrNull,
  to: instant,
  filter: replayFilter,
  status: oneOfTexts(replayStatuses),
  total: whole,
  totalEstimated: { type: 'boolean' },
  done: whole,
  failed: whole,
  waiting: whole,
  reason: textOrNull,
  createdAt: instant,
  startedAt: instantOrNull,
  endedAt: instantOrNull,
  error: textOrNull,
});
export const replayPage = pageOf(replayShape);

const time = { from: instant, to: instant };
const ofEntity = { entityName: text, entityId: text };
export const eventFilterQuery = { type: text, ...ofEntity, id: text, ...time };
export const eventQuery = { ...eventFilterQuery, ...paging };
export const deliveryFilterQuery = {
  subscriptionId: text,
  eventId: text,
  status: oneOfTexts(statusFilters),
  statusClass: oneOfTexts(statusClasses),
  eventType: text,
  ...ofEntity,
  ...time,
};
export const deliveryQuery = { ...deliveryFilterQuery, ...paging };
export const waitingQuery = { subscriptionId: text, ...paging };
