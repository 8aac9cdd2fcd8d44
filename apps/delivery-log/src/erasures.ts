import { type EventMessage, eventRetentionMs, type ForgetMessage } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Transaction } from '@posthorn/runtime';
import { storable } from './sql-values.js';

/** What somebody wanted erased. Of what was accepted before `beforeMs`, nothing is recorded any more. */
export type Erasure = {
  tenantId: string;
  kind: 'tenant' | 'subscription' | 'entity';
  subscriptionId: string | null;
  entityName: string | null;
  entityId: string | null;
  beforeMs: number;
};

/** Facts that every projection obeys, however often the log is read again. */
export class Erasures {
  private readonly byTenant = new Map<string, Erasure[]>();

  constructor(all: readonly Erasure[] = []) {
    for (const erasure of all) {
      const others = this.byTenant.get(erasure.tenantId);
      if (others) others.push(erasure);
      else this.byTenant.set(erasure.tenantId, [erasure]);
    }
  }

  /** Why nothing of the event is kept; undefined: it is kept. */
  ofEvent({ tenantId, entity, acceptedAt }: EventMessage): 'tenant' | 'entity' | undefined {
    const erasures = this.at(tenantId, acceptedAt);
    if (erasures.some(({ kind }) => kind === 'tenant')) return 'tenant';
    const isIts = ({ kind, entityName, entityId }: Erasure): boolean =>
      kind === 'entity' && entityName === entity?.name && entityId === entity?.id;
    return erasures.some(isIts) ? 'entity' : undefined;
  }

  /** Whether nothing of the subscription's deliveries of that time is kept. */
  ofSubscription(tenantId: string, subscriptionId: string, atMs: number): boolean {
    return this.at(tenantId, atMs).some(
      (erasure) => erasure.kind === 'tenant' || erasure.subscriptionId === subscriptionId,
    );
  }

  /** Whether events of single entities were erased, which attempts do not name. */
  hasEntities(tenantId: string): boolean {
    return (this.byTenant.get(tenantId) ?? []).some(({ kind }) => kind === 'entity');
  }

  private at(tenantId: string, atMs: number): Erasure[] {
    return (this.byTenant.get(tenantId) ?? []).filter(({ beforeMs }) => atMs < beforeMs);
  }
}

/** Those that have begun: what is only ordered does not count yet, what was blanked since no more. */
export async function erasuresOf(tx: Transaction): Promise<Erasures> {
  const rows = await tx.query<Erasure>(
    `SELECT tenant_id AS "tenantId", kind, subscription_id AS "subscriptionId", entity_name AS "entityName",
            entity_id AS "entityId", (extract(epoch FROM accepted_before) * 1000)::float8 AS "beforeMs"
       FROM erasures WHERE status <> 'queued' AND (kind <> 'entity' OR entity_id IS NOT NULL)`,
  );
  return new Erasures(rows);
}

/** Of rows `gone` of `deliveries`. */
export const waitedOfGone = `SELECT json_agg(json_build_object('deliveryId', delivery_id, 'subscriptionId', subscription_id))
  FROM gone WHERE status = 'waiting'`;

type EventKey = { tenantId: string; eventId: string };

/** Which of these events are erased, as `tenant/event`: those that were accepted before that. */
export async function erasedEvents(
  tx: Transaction,
  keys: readonly EventKey[],
): Promise<ReadonlyMap<string, number>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.query<EventKey & { beforeMs: number }>(
    `SELECT e.tenant_id AS "tenantId", e.event_id AS "eventId",
            (extract(epoch FROM coalesce(e.accepted_before, e.at)) * 1000)::float8 AS "beforeMs"
       FROM erased_events e JOIN unnest($1::text[], $2::text[]) AS row (tenant_id, event_id) USING (tenant_id, event_id)`,
    [keys.map(({ tenantId }) => storable(tenantId)), keys.map(({ eventId }) => storable(eventId))],
  );
  return new Map(rows.map((row) => [eventKey(row), row.beforeMs]));
}

export const eventKey = ({ tenantId, eventId }: EventKey): string =>
  `${storable(tenantId)}/${storable(eventId)}`;

/** A delivery that retry-scheduler may have a timer of, with the event's bytes. */
export type Waited = { deliveryId: string; subscriptionId: string };

export const forgetOf = (
  tenantId: string,
  { deliveryId: id, subscriptionId }: Waited,
  acceptedBefore: number,
): ForgetMessage => ({ kind: 'forget', tenantId, subscriptionId, deliveryId: id, acceptedBefore });

export type ErasedEvent = {
  eventId: string;
  seq: number;
  acceptedAt: number;
  /** What is accepted under its id from then on is another event. */
  beforeMs: number;
  matched: readonly string[];
};

/**
 * Their deliveries may have been told of before them. Of others nothing is told yet, and what is just being
 * attempted may fail and be written for another attempt: all of them are to be forgotten but those that are
 * known to be over.
 */
export async function eraseEvents(
  tx: Transaction,
  tenantId: string,
  events: readonly ErasedEvent[],
): Promise<{ removed: number; forgets: ForgetMessage[] }> {
  const [tenant, ids] = [storable(tenantId), events.map(({ eventId }) => storable(eventId))];
  await tx.query(
    `INSERT INTO erased_events AS known (tenant_id, event_id, at, accepted_before)
     SELECT $1, event_id, now(), to_timestamp(max(before_ms) / 1000.0)
       FROM unnest($2::text[], $3::float8[]) AS row (event_id, before_ms) GROUP BY event_id ORDER BY event_id
     ON CONFLICT (tenant_id, event_id) DO UPDATE SET accepted_before = excluded.accepted_before
       WHERE coalesce(known.accepted_before, known.at) < excluded.accepted_before`,
    [tenant, ids, events.map(({ beforeMs }) => beforeMs)],
  );
  const [gone] = await tx.query<{ removed: number; deliveries: Gone[] | null }>(
    `WITH gone AS (
       DELETE FROM deliveries d WHERE d.tenant_id = $1 AND d.seq = ANY ($3::bigint[]) AND d.event_id = ANY ($2)
       RETURNING d.delivery_id, d.subscription_id, d.event_id, d.status
     ), gone_attempts AS (
       DELETE FROM attempts a WHERE a.delivery_id IN (SELECT delivery_id FROM gone) RETURNING 1
     )
     SELECT (SELECT count(*) FROM gone)::int + (SELECT count(*) FROM gone_attempts)::int AS removed,
            (SELECT json_agg(json_build_object('deliveryId', delivery_id, 'subscriptionId', subscription_id,
                                               'eventId', event_id, 'waits', status = 'waiting')) FROM gone) AS deliveries`,
    [tenant, ids, events.map(({ seq }) => seq)],
  );
  return { removed: gone.removed, forgets: openOf(tenantId, events, gone.deliveries ?? []) };
}

type Gone = Waited & { eventId: string; waits: boolean };

function openOf(tenantId: string, events: readonly ErasedEvent[], gone: readonly Gone[]): ForgetMessage[] {
  const open = new Map<string, ForgetMessage>();
  // Of older ones no first attempt is made any more.
  const youngMs = Date.now() - eventRetentionMs;
  for (const { eventId, matched, acceptedAt, beforeMs } of events) {
    if (acceptedAt < youngMs) continue;
    for (const subscriptionId of matched) {
      const id = deliveryId(eventId, subscriptionId);
      open.set(id, forgetOf(tenantId, { deliveryId: id, subscriptionId }, beforeMs));
    }
  }
  const before = new Map(events.map(({ eventId, beforeMs }) => [storable(eventId), beforeMs]));
  for (const delivery of gone)
    if (delivery.waits)
      open.set(delivery.deliveryId, forgetOf(tenantId, delivery, before.get(delivery.eventId)!));
    else open.delete(delivery.deliveryId);
  return [...open.values()];
}
