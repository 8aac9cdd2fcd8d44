import type { EventMessage } from '@posthorn/contracts';
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

/** Which of these events are erased, as `tenant/event`. */
export async function erasedEvents(tx: Transaction, keys: readonly EventKey[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const rows = await tx.query<EventKey>(
    `SELECT e.tenant_id AS "tenantId", e.event_id AS "eventId"
       FROM erased_events e JOIN unnest($1::text[], $2::text[]) AS row (tenant_id, event_id) USING (tenant_id, event_id)`,
    [keys.map(({ tenantId }) => storable(tenantId)), keys.map(({ eventId }) => storable(eventId))],
  );
  return new Set(rows.map(eventKey));
}

export const eventKey = ({ tenantId, eventId }: EventKey): string =>
  `${storable(tenantId)}/${storable(eventId)}`;

/** A delivery that retry-scheduler may have a timer of, with the event's bytes. */
export type Waited = { deliveryId: string; subscriptionId: string };

/** Their deliveries may have been told of before them. */
export async function eraseEvents(
  tx: Transaction,
  tenantId: string,
  events: readonly { eventId: string; seq: number }[],
): Promise<{ removed: number; waited: Waited[] }> {
  const [tenant, ids] = [storable(tenantId), events.map(({ eventId }) => storable(eventId))];
  await tx.query(
    `INSERT INTO erased_events (tenant_id, event_id, at) SELECT $1, event_id, now() FROM unnest($2::text[]) AS event_id
     ON CONFLICT (tenant_id, event_id) DO NOTHING`,
    [tenant, ids],
  );
  const [gone] = await tx.query<{ removed: number; waited: Waited[] | null }>(
    `WITH gone AS (
       DELETE FROM deliveries d WHERE d.tenant_id = $1 AND d.seq = ANY ($3::bigint[]) AND d.event_id = ANY ($2)
       RETURNING d.delivery_id, d.subscription_id, d.status
     ), gone_attempts AS (
       DELETE FROM attempts a WHERE a.delivery_id IN (SELECT delivery_id FROM gone) RETURNING 1
     )
     SELECT (SELECT count(*) FROM gone)::int + (SELECT count(*) FROM gone_attempts)::int AS removed,
            (${waitedOfGone}) AS waited`,
    [tenant, ids, events.map(({ seq }) => seq)],
  );
  return { removed: gone.removed, waited: gone.waited ?? [] };
}
