import { Inject, Injectable } from '@nestjs/common';
import type { SessionRole } from '@posthorn/runtime';
import { EventStore, type Reader, type Write } from '../aggregates/event.store.js';
import { foldEvents } from '../aggregates/stored-event.js';
import type { PageRequest } from '../requests/page.js';
import {
  applyPortalLinkEvent,
  revokedLinkRecord,
  type PortalLink,
  type PortalLinkEvent,
} from './portal-link.js';

type Row = {
  id: string;
  tenant_id: string;
  role: SessionRole;
  hash: string;
  expires_at: Date;
  session_s: number;
  used_at: Date | null;
  revoked_at: Date | null;
  version: number;
  created_at: Date;
  created_by: string;
};

const columns = 'id, tenant_id, role, hash, expires_at, session_s, used_at, revoked_at, version, created_at';
/** Who made it is what its first event says. */
const read = `${columns}, (SELECT made.actor FROM aggregate_events made WHERE made.aggregate_type = 'portal-link'
  AND made.aggregate_id = portal_links.id AND made.version = 1) AS created_by`;
/** A session lasts half a day at most: whatever is older says nothing about who is in. */
const isGone = "expires_at < now() - interval '1 day'";

/** Portal links: appended as events, read from the table that is written in the same transaction. */
@Injectable()
export class PortalLinkStore {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  async find(id: string, reader: Reader = this.events): Promise<PortalLink | undefined> {
    if (id.includes('\0')) return undefined;
    const [row] = await reader.query<Row>(`SELECT ${read} FROM portal_links WHERE id = $1`, [id]);
    return row && linkOf(row);
  }

  async findByHash(hash: string): Promise<PortalLink | undefined> {
    const [row] = await this.events.query<Row>(`SELECT ${read} FROM portal_links WHERE hash = $1`, [hash]);
    return row && linkOf(row);
  }

  /** Newest first; one more than the page holds. */
  async page(tenantId: string, { after, limit }: PageRequest): Promise<PortalLink[]> {
    const rows = await this.events.query<Row>(
      `SELECT ${read} FROM portal_links
        WHERE tenant_id = $1 AND NOT ${isGone}
          AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
        ORDER BY created_at DESC, id DESC LIMIT $4`,
      [tenantId, after?.at ?? null, after?.id ?? '', limit + 1],
    );
    return rows.map(linkOf);
  }

  /** Those that may let somebody in, or have let somebody in who may still be there. */
  async holding(tenantId: string, write: Write): Promise<PortalLink[]> {
    const rows = await write.query<Row>(
      `SELECT ${read} FROM portal_links WHERE tenant_id = $1 AND revoked_at IS NULL AND NOT ${isGone}`,
      [tenantId],
    );
    return rows.map(linkOf);
  }

  /** Those that can still be used. */
  async countUsable(tenantId: string, write: Write): Promise<number> {
    const [{ count }] = await write.query<{ count: string }>(
      `SELECT count(*) AS count FROM portal_links
        WHERE tenant_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()`,
      [tenantId],
    );
    return Number(count);
  }

  async append(
    write: Write,
    { id, tenantId }: Pick<PortalLink, 'id' | 'tenantId'>,
    events: PortalLinkEvent[],
    before?: PortalLink,
  ): Promise<PortalLink> {
    const place = { type: 'portal-link', id, tenantId, after: before?.version ?? 0 } as const;
    const link = foldEvents(await write.append(place, events), applyPortalLinkEvent, before);
    if (!link) throw new Error('nothing to append');
    if (!before) await write.query(`DELETE FROM portal_links WHERE tenant_id = $1 AND ${isGone}`, [tenantId]);
    const { role, hash, expiresAt, sessionS, usedAt, revokedAt, version, createdAt } = link;
    await write.query(
      `INSERT INTO portal_links (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at, revoked_at = excluded.revoked_at,
         version = excluded.version`,
      [id, tenantId, role, hash, expiresAt, sessionS, usedAt, revokedAt, version, createdAt],
    );
    if (revokedAt !== null) await write.publish(place, revokedLinkRecord(link));
    return link;
  }
}

function linkOf(row: Row): PortalLink {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    role: row.role,
    hash: row.hash,
    expiresAt: row.expires_at.toISOString(),
    sessionS: row.session_s,
    usedAt: row.used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
  };
}
