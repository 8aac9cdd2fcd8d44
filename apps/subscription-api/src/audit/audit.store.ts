import { Inject, Injectable } from '@nestjs/common';
import { EventStore } from '../aggregates/event.store.js';
import type { AggregateType } from '../aggregates/stored-event.js';
import type { NotedType } from './noted.js';
import type { PageRequest } from '../requests/page.js';
import { hiddenValue, shownHeaders } from '../subscriptions/header-secrets.js';

/** Who changed what, when, from where. Secrets are not in it, not even sealed ones. */
export type AuditEntry = {
  seq: string;
  at: string;
  /** A key's, a user's or a link's id; `system:<why>` for what nobody asked for. */
  actor: string;
  /** The address that the change came from; null where nobody called. */
  origin: string | null;
  /** `replay`, `erasure` and `delivery`: what was ordered at the delivery log. */
  aggregate: AggregateType | NotedType;
  id: string;
  version: number;
  type: string;
  /** What was set. */
  changes: object;
};

type Row = {
  global_seq: string;
  at: Date;
  actor: string;
  origin: string | null;
  aggregate_type: AggregateType | NotedType;
  aggregate_id: string;
  version: number;
  type: string;
  payload: Record<string, unknown>;
};

const columns = 'global_seq, at, actor, origin, aggregate_type, aggregate_id, version, type, payload';
/** Each part by its own index, in order: a page reads no more than a page. */
const trail = `(SELECT tenant_id, ${columns} FROM aggregate_events
                UNION ALL SELECT tenant_id, ${columns} FROM audit_notes) trail`;
const chunk = 500;

@Injectable()
export class AuditStore {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  /** Newest first; one more than the page holds. Null: the installation's own. */
  async page(
    tenantId: string | null,
    { after, limit }: PageRequest,
    only?: { subscriptionId: string },
  ): Promise<AuditEntry[]> {
    const before = after?.at ?? null;
    const rows = await this.events.query<Row>(
      `SELECT ${columns} FROM ${trail}
        WHERE ${ofTenant(tenantId)} AND ($2::bigint IS NULL OR global_seq < $2)
          AND ($3::text IS NULL OR (aggregate_type = 'subscription' AND aggregate_id = $3))
        ORDER BY global_seq DESC LIMIT $4`,
      [tenantId, before, only?.subscriptionId ?? null, limit + 1],
    );
    return rows.map(entryOf);
  }

  /** Everything, oldest first, a bounded number at a time. */
  async *all(tenantId: string | null): AsyncGenerator<AuditEntry> {
    for (let after = '0'; ;) {
      const rows = await this.events.query<Row>(
        `SELECT ${columns} FROM ${trail} WHERE ${ofTenant(tenantId)} AND global_seq > $2
          ORDER BY global_seq LIMIT $3`,
        [tenantId, after, chunk],
      );
      for (const row of rows) yield entryOf(row);
      if (rows.length < chunk) return;
      after = rows[rows.length - 1].global_seq;
    }
  }
}

/** Null: what belongs to the installation. Each of the two has the index. */
const ofTenant = (tenantId: string | null): string =>
  tenantId === null ? '(tenant_id IS NULL AND $1::text IS NULL)' : 'tenant_id = $1';

function entryOf(row: Row): AuditEntry {
  return {
    seq: row.global_seq,
    at: row.at.toISOString(),
    actor: row.actor,
    origin: row.origin,
    aggregate: row.aggregate_type,
    id: row.aggregate_id,
    version: row.version,
    type: row.type,
    changes: withoutSecrets(row.payload),
  };
}

const secretFields = new Set(['secrets', 'hash', 'passwordHash']);

/** That a secret was changed is worth knowing; what it is, is not. */
function withoutSecrets(payload: Record<string, unknown>): object {
  const entries = Object.entries(payload).map(([name, value]) => {
    if (secretFields.has(name)) return [name, hiddenValue];
    return [name, name === 'headers' ? shownHeaders(value as Record<string, string>) : value];
  });
  return Object.fromEntries(entries) as object;
}
