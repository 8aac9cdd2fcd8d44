import { deliveryStatuses } from './delivery.js';
import type { Position } from './page.js';
import { storable } from './sql-values.js';

/**
 * What a list can be asked for. `waiting` is everything that is not over; `pending` that part of it which
 * has had no attempt yet.
 */
export const statusFilters = [...deliveryStatuses, 'pending'] as const;
export type StatusFilter = (typeof statusFilters)[number];

export type DeliveryFilter = {
  tenantId: string;
  subscriptionId?: string | undefined;
  status?: StatusFilter | undefined;
  eventId?: string | undefined;
  after?: Position | undefined;
  limit: number;
};

/** Where computed deliveries can be found at all: null is nowhere. */
export type Bounds = {
  pendingFrom: number;
  cancelledFrom: number | null;
  cancelledUntil: number | null;
};

export type DeliveryRow = {
  /** Null for one that is computed: it has had no attempt. */
  delivery_id: string | null;
  subscription_id: string;
  event_id: string;
  event_type: string;
  replay_id: string;
  seq: string;
  status: string;
  attempts: number;
  next_attempt_at: Date | null;
  last_status: number | null;
  last_error: string | null;
  first_attempt_at: Date | null;
  finished_at: Date | null;
};

export type Statement = { sql: string; params: unknown[] };

const order = 'ORDER BY seq DESC, subscription_id DESC, replay_id DESC';

const notPurged = (row: string): string =>
  `NOT EXISTS (SELECT 1 FROM purges p WHERE p.tenant_id = $1 AND p.subscription_id = ${row}.subscription_id)`;

/**
 * Newest first: deliveries that had attempts are rows, those that had none are computed: an event matched the
 * subscription, and no row says more. Two sorted streams of at most a page each.
 */
export function deliveriesStatement(filter: DeliveryFilter, bounds: Bounds): Statement | undefined {
  const params: unknown[] = [storable(filter.tenantId)];
  const parameter = (value: unknown): string => `$${params.push(value)}`;
  const { status } = filter;
  const streams: string[] = [];
  if (status !== 'pending') streams.push(storedRows(filter, parameter));
  const scope = computedScope(status, bounds, parameter, filter.eventId !== undefined);
  if (scope) streams.push(computedRows(filter, scope, parameter));
  if (streams.length === 0) return undefined;
  const both = streams.map((stream) => `(${stream})`).join(' UNION ALL ');
  const sql = `SELECT * FROM (${both}) AS delivery ${order} LIMIT ${parameter(filter.limit)}`;
  return { sql, params };
}

type Parameter = (value: unknown) => string;

function storedRows(
  { subscriptionId, status, eventId, after, limit }: DeliveryFilter,
  parameter: Parameter,
): string {
  const where = ['d.tenant_id = $1', notPurged('d')];
  if (subscriptionId !== undefined) where.push(`d.subscription_id = ${parameter(storable(subscriptionId))}`);
  if (eventId !== undefined) where.push(`d.event_id = ${parameter(storable(eventId))}`);
  if (status !== undefined) where.push(`d.status = ${parameter(status)}`);
  // The partial index is used only where the statement says what the index says.
  if (status !== undefined && status !== 'delivered') where.push(`d.status <> 'delivered'`);
  if (after) where.push(behind('d.seq, d.subscription_id, d.replay_id', after, parameter));
  return `SELECT d.delivery_id, d.subscription_id, d.event_id, d.event_type, d.replay_id, d.seq, d.status, d.attempts,
                 d.next_attempt_at, d.last_status, d.last_error, d.first_attempt_at, d.finished_at
            FROM deliveries d WHERE ${where.join(' AND ')} ${order} LIMIT ${parameter(limit)}`;
}

const inCancelledRange = `EXISTS (SELECT 1 FROM cancellations c
   WHERE c.tenant_id = $1 AND c.subscription_id = m.subscription_id AND c.replay_id = ''
     AND e.seq >= c.from_seq AND e.seq < c.until_seq)`;

/** Which positions of the log can hold computed deliveries of that status; undefined: none. */
function computedScope(
  status: StatusFilter | undefined,
  { pendingFrom, cancelledFrom, cancelledUntil }: Bounds,
  parameter: Parameter,
  ofOneEvent: boolean,
): string | undefined {
  if (status !== undefined && !['pending', 'waiting', 'cancelled'].includes(status)) return undefined;
  if (ofOneEvent) return 'true';
  const pending = (): string => `(e.seq >= ${parameter(pendingFrom)} AND NOT ${inCancelledRange})`;
  const isCancelled = cancelledFrom !== null && cancelledUntil !== null;
  const cancelled = (): string =>
    `(e.seq >= ${parameter(cancelledFrom)} AND e.seq < ${parameter(cancelledUntil)} AND ${inCancelledRange})`;
  if (status === 'cancelled') return isCancelled ? cancelled() : undefined;
  if (status !== undefined || !isCancelled) return pending();
  // One lower bound for both, which the index can use.
  const lowest = parameter(Math.min(pendingFrom, cancelledFrom));
  return `e.seq >= ${lowest} AND (${pending()} OR ${cancelled()})`;
}

/** An event that was published twice is one delivery: the first place where it matched stands for it. */
function computedRows(
  { subscriptionId, eventId, after, limit }: DeliveryFilter,
  scope: string,
  parameter: Parameter,
): string {
  const where = ['e.tenant_id = $1', scope, notPurged('m')];
  if (subscriptionId !== undefined) {
    const id = parameter(storable(subscriptionId));
    where.push(`e.matched @> ARRAY[${id}]::text[]`, `m.subscription_id = ${id}`);
  }
  if (eventId !== undefined) where.push(`e.event_id = ${parameter(storable(eventId))}`);
  if (after) {
    where.push(`e.seq <= ${parameter(after.seq)}`, behind(`e.seq, m.subscription_id, ''`, after, parameter));
  }
  where.push(
    `NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.event_id AND d.tenant_id = $1
                    AND d.subscription_id = m.subscription_id AND d.replay_id = '')`,
    `NOT EXISTS (SELECT 1 FROM events first WHERE first.event_id = e.event_id AND first.tenant_id = $1 AND first.seq < e.seq
                    AND first.matched @> ARRAY[m.subscription_id])`,
  );
  return `SELECT NULL::text AS delivery_id, m.subscription_id, e.event_id, e.type AS event_type, '' AS replay_id, e.seq,
                 CASE WHEN ${inCancelledRange} THEN 'cancelled' ELSE 'pending' END AS status, 0 AS attempts,
                 NULL::timestamptz AS next_attempt_at, NULL::integer AS last_status, NULL::text AS last_error,
                 NULL::timestamptz AS first_attempt_at, NULL::timestamptz AS finished_at
            FROM events e CROSS JOIN LATERAL unnest(e.matched) AS m (subscription_id)
           WHERE ${where.join(' AND ')} ${order} LIMIT ${parameter(limit)}`;
}

function behind(columns: string, { seq, subscriptionId, replayId }: Position, parameter: Parameter): string {
  const values = [seq, storable(subscriptionId), storable(replayId)].map(parameter);
  return `(${columns}) < (${values[0]}::bigint, ${values[1]}::text, ${values[2]}::text)`;
}
