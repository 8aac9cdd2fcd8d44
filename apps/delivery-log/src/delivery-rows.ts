import { deliveryStatuses } from './delivery.js';
import {
  type EventCondition,
  eventConditions,
  type Parameter,
  seqConditions,
  type StatusClass,
  statusClassCondition,
} from './event-conditions.js';
import type { Position } from './page.js';
import { storable } from './sql-values.js';

/**
 * What a list can be asked for. `waiting` is everything that is not over; `pending` that part of it which
 * has had no attempt yet.
 */
export const statusFilters = [...deliveryStatuses, 'pending'] as const;
export type StatusFilter = (typeof statusFilters)[number];

export type Places = { seqs: readonly number[]; /** When it was first accepted. */ since: Date };

export type DeliveryFilter = {
  tenantId: string;
  subscriptionId?: string | undefined;
  status?: StatusFilter | undefined;
  statusClass?: StatusClass | undefined;
  eventId?: string | undefined;
  event?: EventCondition | undefined;
  /** Of `eventId`. */
  places?: Places | undefined;
  after?: Position | undefined;
  limit: number;
};

/**
 * Where computed deliveries can be found at all (null is nowhere), whose logs are being removed, and who has
 * none.
 */
export type Bounds = {
  pendingFrom: number;
  /** From here on everybody's deliveries may wait; below, those of subscriptions whose lanes are behind. */
  settledTo: number;
  behind: readonly string[];
  endedFrom: number | null;
  endedUntil: number | null;
  /** Nothing computed was accepted before: older partitions are not looked into. */
  since: Date | undefined;
  purged: readonly string[];
  /** Nothing is sent for these: their receivers fetch. */
  polled: readonly string[];
};

export type DeliveryRow = {
  /** Null for one that is computed: it has had no attempt. */
  delivery_id: string | null;
  subscription_id: string;
  event_id: string;
  event_type: string;
  /** Of a computed one only: it decides the lane that it waits in. */
  entity_id: string | null;
  replay_id: string;
  seq: string;
  status: string;
  attempts: number;
  next_attempt_at: Date | null;
  last_status: number | null;
  last_error: string | null;
  first_attempt_at: Date | null;
  finished_at: Date | null;
  /** The day it is filed under (UTC): the event was accepted on it, or before where it is a replay's. */
  filed: string;
};

export type Statement = { sql: string; params: unknown[] };

const order = 'ORDER BY seq DESC, subscription_id DESC, replay_id DESC';

/**
 * Newest first: deliveries that had attempts are rows, those that had none are computed (an event matched
 * the subscription, and no row says more). Two sorted streams of at most a page each; the computed one is
 * not followed further back than a full page of the other.
 */
export function deliveriesStatement(filter: DeliveryFilter, bounds: Bounds): Statement | undefined {
  const params: unknown[] = [storable(filter.tenantId)];
  const parameter = (value: unknown): string => `$${params.push(value)}`;
  const { status, limit } = filter;
  const shown = { ...filter, purged: bounds.purged };
  const stored = status === 'pending' ? undefined : storedRows(shown, parameter);
  const scope = computedScope(filter, bounds, parameter);
  if (!stored && !scope) return undefined;
  if (!stored) return { sql: computedRows(shown, scope!, bounds, parameter), params };
  if (!scope) return { sql: stored, params };
  const floor = `e.seq >= (SELECT CASE WHEN count(*) >= ${parameter(limit)} THEN min(seq) ELSE 0 END FROM stored)`;
  const computed = computedRows(shown, `${floor} AND ${scope}`, bounds, parameter);
  const sql = `WITH stored AS MATERIALIZED (${stored}), computed AS (${computed})
    SELECT * FROM (SELECT * FROM stored UNION ALL SELECT * FROM computed) AS delivery
     ${order} LIMIT ${parameter(limit)}`;
  return { sql, params };
}

type Shown = DeliveryFilter & { purged: readonly string[] };

const storedColumns = `d.delivery_id, d.subscription_id, d.event_id, d.event_type, NULL::text AS entity_id, d.replay_id,
  d.seq, d.status, d.attempts, d.next_attempt_at, d.last_status, d.last_error, d.first_attempt_at, d.finished_at,
  d.day::text AS filed`;

/** Few events or few deliveries are looked for: whichever they are, the other table is only looked up. */
function storedRows(shown: Shown, parameter: Parameter): string {
  const { type, entityName, entityId } = shown.event ?? {};
  const isRareEvent = type !== undefined || entityName !== undefined || entityId !== undefined;
  return isRareEvent && !isTrouble(shown) && shown.eventId === undefined
    ? storedByEvent(shown, parameter)
    : storedByDelivery(shown, parameter);
}

/** Of almost all deliveries it is not true, and they have indexes for it. */
function isTrouble({ status, statusClass }: Shown): boolean {
  return (
    (status !== undefined && status !== 'delivered') || (statusClass !== undefined && statusClass !== '2xx')
  );
}

function storedByDelivery(shown: Shown, parameter: Parameter): string {
  const where = deliveryConditions(shown, parameter);
  const { type, ...others } = shown.event ?? {};
  if (type !== undefined) where.push(`d.event_type = ${parameter(storable(type))}`);
  const about = eventConditions('about', others, parameter);
  if (about.length > 0) {
    const its = ['about.tenant_id = $1', 'about.seq = d.seq', ...about];
    where.push(...seqConditions('d', others, parameter));
    // A replay is filed later than its event, and nothing earlier.
    if (others.from) where.push(`d.day >= ${dayOfInstant(parameter(others.from))}`);
    where.push(exists(`SELECT 1 FROM events about WHERE ${its.join(' AND ')}`));
  }
  return `SELECT ${storedColumns} FROM deliveries d WHERE ${where.join(' AND ')} ${order} LIMIT ${parameter(shown.limit)}`;
}

/** Event by event, newest first, until the page is full. */
function storedByEvent(shown: Shown, parameter: Parameter): string {
  const about = ['about.tenant_id = $1', ...eventConditions('about', shown.event ?? {}, parameter)];
  if (shown.after) about.push(`about.seq <= ${parameter(shown.after.seq)}`);
  const its = [
    ...deliveryConditions(shown, parameter),
    'd.seq = about.seq',
    `d.day >= (about.accepted_at AT TIME ZONE 'UTC')::date`,
  ];
  return `SELECT d.* FROM events about
     CROSS JOIN LATERAL (SELECT ${storedColumns} FROM deliveries d WHERE ${its.join(' AND ')} OFFSET 0) AS d
     WHERE ${about.join(' AND ')}
     ORDER BY about.seq DESC, d.subscription_id DESC, d.replay_id DESC LIMIT ${parameter(shown.limit)}`;
}

function deliveryConditions(shown: Shown, parameter: Parameter): string[] {
  const { subscriptionId, status, statusClass, eventId, places, after, purged } = shown;
  const where = ['d.tenant_id = $1'];
  if (subscriptionId !== undefined) where.push(`d.subscription_id = ${parameter(storable(subscriptionId))}`);
  if (purged.length > 0) where.push(`d.subscription_id <> ALL (${parameter(purged)}::text[])`);
  if (eventId !== undefined) {
    where.push(`d.event_id = ${parameter(storable(eventId))}`);
    where.push(`d.seq = ANY (${parameter(places?.seqs ?? [])}::bigint[])`);
    where.push(`d.day >= ${dayOfInstant(parameter(places?.since ?? new Date(0)))}`);
  }
  if (status !== undefined) where.push(`d.status = ${parameter(status)}`);
  // The partial index is used only where the statement says what the index says.
  if (status !== undefined && status !== 'delivered') where.push(`d.status <> 'delivered'`);
  if (statusClass !== undefined) where.push(statusClassCondition('d', statusClass));
  if (after) where.push(behind('d.seq, d.subscription_id, d.replay_id', after, parameter));
  return where;
}

/**
 * OFFSET 0 keeps it a question about one row: joined as a whole with the other table, as PostgreSQL would
 * like to do, it answers the first page after having looked at every event.
 */
const exists = (select: string): string => `EXISTS (${select} OFFSET 0)`;

/** Where the event stands in the log: a delivery has one of these places. */
const placesOf = (eventId: string, since: string): string =>
  `SELECT place.seq FROM events place
    WHERE place.event_id = ${eventId} AND place.tenant_id = $1 AND place.accepted_at >= ${since}`;

const dayOfInstant = (at: string): string => `(${at}::timestamptz AT TIME ZONE 'UTC')::date`;

/** How a range that was given up ended what waited in it; null outside of all of them. */
const ending = `(SELECT c.ending FROM cancellations c
   WHERE c.tenant_id = $1 AND c.subscription_id = m.subscription_id AND c.replay_id = ''
     AND e.seq >= c.from_seq AND e.seq < c.until_seq
   ORDER BY c.ending DESC LIMIT 1)`;

/** Which positions of the log can hold computed deliveries of that status; undefined: none. */
function computedScope(
  { status, statusClass, eventId }: DeliveryFilter,
  { pendingFrom, settledTo, behind: slow, endedFrom, endedUntil }: Bounds,
  parameter: Parameter,
): string | undefined {
  // What had no attempt has no status.
  if (statusClass !== undefined) return undefined;
  const isEnd = status === 'cancelled' || status === 'expired';
  if (status !== undefined && !isEnd && status !== 'pending' && status !== 'waiting') return undefined;
  const endedAnywhere = endedFrom !== null && endedUntil !== null;
  // Of one event everything is told, also what stands below all bounds.
  if (eventId !== undefined && status === undefined) return 'true';
  const pending = (): string => {
    const [settled, them] = [parameter(settledTo), `${parameter(slow)}::text[]`];
    const its = [
      `e.seq >= ${parameter(pendingFrom)}`,
      // The first of the two passes over most events before their subscriptions are looked at one by one.
      ...[`e.matched && ${them}`, `m.subscription_id = ANY (${them})`].map(
        (isSlow) => `(e.seq >= ${settled} OR ${isSlow})`,
      ),
      ...(endedAnywhere ? [`${ending} IS NULL`] : []),
    ];
    return `(${its.join(' AND ')})`;
  };
  const ended = (): string =>
    `(e.seq >= ${parameter(endedFrom)} AND e.seq < ${parameter(endedUntil)} AND ${ending} ${
      isEnd ? `= ${parameter(status)}` : 'IS NOT NULL'
    })`;
  if (isEnd) return endedAnywhere ? ended() : undefined;
  if (status !== undefined || !endedAnywhere) return pending();
  // One lower bound for both, which the index can use.
  const lowest = parameter(Math.min(pendingFrom, endedFrom));
  return `e.seq >= ${lowest} AND (${pending()} OR ${ended()})`;
}

/** An event that was published twice is one delivery: the first place where it matched stands for it. */
function computedRows(shown: Shown, scope: string, bounds: Bounds, parameter: Parameter): string {
  const { subscriptionId, eventId, event = {}, after, limit, purged } = shown;
  const { endedFrom, polled } = bounds;
  const others = [...purged, ...polled];
  const since = `${parameter((shown.places ? shown.places.since : bounds.since) ?? new Date(0))}::timestamptz`;
  const where = [
    ...['e.tenant_id = $1', `e.accepted_at >= ${since}`, scope],
    ...eventConditions('e', event, parameter),
  ];
  if (subscriptionId !== undefined) {
    const id = parameter(storable(subscriptionId));
    where.push(`e.matched @> ARRAY[${id}]::text[]`, `m.subscription_id = ${id}`);
  }
  if (others.length > 0) where.push(`m.subscription_id <> ALL (${parameter(others)}::text[])`);
  if (eventId !== undefined) where.push(`e.event_id = ${parameter(storable(eventId))}`);
  if (after) {
    where.push(`e.seq <= ${parameter(after.seq)}`, behind(`e.seq, m.subscription_id, ''`, after, parameter));
  }
  where.push(
    `NOT ${exists(`SELECT 1 FROM deliveries d WHERE d.tenant_id = $1 AND d.subscription_id = m.subscription_id
                      AND d.replay_id = '' AND d.day >= ${dayOfInstant(since)}
                      AND d.seq = ANY (ARRAY(${placesOf('e.event_id', since)}))`)}`,
    `NOT ${exists(`SELECT 1 FROM events first WHERE first.event_id = e.event_id AND first.tenant_id = $1
                      AND first.seq < e.seq AND first.accepted_at >= ${since} AND first.matched @> ARRAY[m.subscription_id]`)}`,
  );
  const status = endedFrom === null ? `'pending'` : `coalesce(${ending}, 'pending')`;
  return `SELECT NULL::text AS delivery_id, m.subscription_id, e.event_id, e.type AS event_type, e.entity_id,
                 '' AS replay_id, e.seq, ${status} AS status, 0 AS attempts, NULL::timestamptz AS next_attempt_at,
                 NULL::integer AS last_status, NULL::text AS last_error, NULL::timestamptz AS first_attempt_at,
                 NULL::timestamptz AS finished_at, (e.accepted_at AT TIME ZONE 'UTC')::date::text AS filed
            FROM events e CROSS JOIN LATERAL unnest(e.matched) AS m (subscription_id)
           WHERE ${where.join(' AND ')} ${order} LIMIT ${parameter(limit)}`;
}

function behind(columns: string, { seq, subscriptionId, replayId }: Position, parameter: Parameter): string {
  const values = [seq, storable(subscriptionId), storable(replayId)].map(parameter);
  return `(${columns}) < (${values[0]}::bigint, ${values[1]}::text, ${values[2]}::text)`;
}
