import { Inject, Injectable } from '@nestjs/common';
import type { Scope } from '@posthorn/contracts';
import { foldEvents } from '../aggregates/stored-event.js';
import { EventStore, type Reader, type Write } from '../aggregates/event.store.js';
import { apiKeyRecord, applyApiKeyEvent, type ApiKey, type ApiKeyEvent } from './api-key.js';

type ApiKeyRow = {
  id: string;
  tenant_id: string | null;
  name: string;
  hash: string;
  scopes: Scope[];
  expires_at: Date | null;
  revoked_at: Date | null;
  version: number;
  created_at: Date;
  last_used_at: Date | null;
};

const columns = 'id, tenant_id, name, hash, scopes, expires_at, revoked_at, version, created_at';

/** API keys: appended as events, read from the table that is written in the same transaction. */
@Injectable()
export class ApiKeyStore {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  /** The one key that opens with this hash now: not revoked, not expired. */
  async findLive(hash: string): Promise<ApiKey | undefined> {
    const [row] = await this.events.query<ApiKeyRow>(
      `SELECT ${columns}, last_used_at FROM api_keys
        WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      [hash],
    );
    return row && apiKeyOf(row);
  }

  /** Not revoked, oldest first. Null: the operator's. */
  async list(tenantId: string | null, reader: Reader = this.events): Promise<ApiKey[]> {
    const rows = await reader.query<ApiKeyRow>(
      `SELECT ${columns}, last_used_at FROM api_keys
        WHERE tenant_id IS NOT DISTINCT FROM $1 AND revoked_at IS NULL ORDER BY created_at, id`,
      [tenantId],
    );
    return rows.map(apiKeyOf);
  }

  /** All there are, revoked ones too, in order of id, behind `after`. */
  async page(after: string, limit: number): Promise<ApiKey[]> {
    const rows = await this.events.query<ApiKeyRow>(
      `SELECT ${columns}, last_used_at FROM api_keys WHERE id > $1 COLLATE "C" ORDER BY id COLLATE "C" LIMIT $2`,
      [after, limit],
    );
    return rows.map(apiKeyOf);
  }

  /** Says again what is known of it. */
  async announce(write: Write, id: string): Promise<void> {
    const [row] = await write.query<ApiKeyRow>(
      `SELECT ${columns}, last_used_at FROM api_keys WHERE id = $1`,
      [id],
    );
    if (row) await write.publish({ type: 'api-key', id }, apiKeyRecord(apiKeyOf(row)));
  }

  async append(
    write: Write,
    { id, tenantId }: { id: string; tenantId: string | null },
    events: ApiKeyEvent[],
    before?: ApiKey,
  ): Promise<ApiKey> {
    const place = { type: 'api-key', id, tenantId, after: before?.version ?? 0 } as const;
    const key = foldEvents(await write.append(place, events), applyApiKeyEvent, before);
    if (!key) throw new Error('nothing to append');
    const { name, hash, scopes, expiresAt, revokedAt, version, createdAt } = key;
    await write.query(
      `INSERT INTO api_keys (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at, version = excluded.version`,
      [id, tenantId, name, hash, scopes, expiresAt, revokedAt, version, createdAt],
    );
    await write.publish(place, apiKeyRecord(key));
    return key;
  }
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    hash: row.hash,
    scopes: row.scopes,
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}
