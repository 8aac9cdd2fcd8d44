import type { EntityManager } from 'typeorm';
import { type EventInput, plainWebhookId, type ReadyEvent, readyEvents } from '../event.js';
import type { OutboxRow } from './outbox.entity.js';

export type AddOptions = {
  /**
   * What keeps its order: the events of one entity (default), or all of a tenant. Transactions that write
   * events of the same wait for each other.
   */
  order?: 'entity' | 'tenant';
};

/** Of one call. More of them in one transaction are several calls. */
const eventsMax = 10_000;

/**
 * Writes events in your transaction: they are published if it commits, and do not exist if it does not.
 *
 * Order. A sequence number is drawn when a row is written, not when it is committed: of two transactions, the
 * one with the higher number may become visible first, and the relay would send it first. So whoever writes
 * an event of an entity holds that entity's lock until the commit, and numbers of one entity are in the order
 * of its commits. Locks of one call are taken in the order of their keys, so that two calls cannot wait for
 * each other; with several calls in one transaction PostgreSQL ends one of the two (40P01), and it is tried
 * again like any other.
 *
 * @param manager of a transaction that is open
 * @returns the ids that receivers will see as `webhook-id`, when they are sent in Posthorn's own format
 * @throws EventError when one of them is wrong; nothing was written
 */
export async function addToOutbox(
  manager: EntityManager,
  events: EventInput | readonly EventInput[],
  { order = 'entity' }: AddOptions = {},
): Promise<string[]> {
  if (!manager.queryRunner?.isTransactionActive) {
    throw new TypeError('addToOutbox needs the manager of an open transaction');
  }
  const ready = readyEvents([events].flat());
  if (ready.length > eventsMax) throw new TypeError(`one call takes at most ${eventsMax} events`);
  if (ready.length === 0) return [];
  const keys = [...new Set(ready.map((event) => orderKey(event, order)))].sort();
  await manager.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('posthorn_outbox/' || key, 0))
       FROM (SELECT key FROM unnest($1::text[]) WITH ORDINALITY AS k (key, n) ORDER BY n) AS keys`,
    [keys],
  );
  const ids = ready.map(plainWebhookId);
  const columns = columnsOf(ready, ids);
  await manager.query(
    `INSERT INTO posthorn_outbox (${Object.keys(columns).join(', ')})
     SELECT ${Object.keys(columns).join(', ')}
       FROM unnest(${Object.keys(columns).map((_, i) => `$${i + 1}::text[]`)})
            WITH ORDINALITY AS e (${Object.keys(columns).join(', ')}, n)
      ORDER BY n`,
    Object.values(columns),
  );
  return ids;
}

/** What was written, as it is sent. */
export function eventOf(row: OutboxRow): ReadyEvent {
  const { tenant_id: tenantId, type, timestamp, entity_name: name, entity_id: id } = row;
  const { traceparent, tracestate } = row;
  return {
    tenantId,
    type,
    timestamp,
    entity: name === null || id === null ? null : { name, id },
    ownId: row.own_id ?? undefined,
    data: row.data ?? undefined,
    trace: traceparent === null ? undefined : { traceparent, ...(tracestate === null ? {} : { tracestate }) },
  };
}

/** Two keys that have one hash wait for each other, and nothing worse. */
function orderKey({ tenantId, entity }: ReadyEvent, order: 'entity' | 'tenant'): string {
  if (order === 'tenant' || !entity) return JSON.stringify([tenantId]);
  return JSON.stringify([tenantId, entity.name, entity.id]);
}

function columnsOf(events: readonly ReadyEvent[], ids: readonly string[]): Record<string, unknown[]> {
  return {
    webhook_id: [...ids],
    tenant_id: events.map(({ tenantId }) => tenantId),
    type: events.map(({ type }) => type),
    timestamp: events.map(({ timestamp }) => timestamp),
    entity_name: events.map(({ entity }) => entity?.name ?? null),
    entity_id: events.map(({ entity }) => entity?.id ?? null),
    own_id: events.map(({ ownId }) => ownId ?? null),
    data: events.map(({ data }) => data ?? null),
    traceparent: events.map(({ trace }) => trace?.traceparent ?? null),
    tracestate: events.map(({ trace }) => trace?.tracestate ?? null),
  };
}
