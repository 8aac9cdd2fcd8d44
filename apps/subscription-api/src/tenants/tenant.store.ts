import { Inject, Injectable } from '@nestjs/common';
import type { ProfileName } from '@posthorn/domain';
import { foldEvents } from '../aggregates/stored-event.js';
import { EventStore, type Reader, type Write } from '../aggregates/event.store.js';
import { applyTenantEvent, tenantRecord, type Tenant, type TenantEvent } from './tenant.js';

type TenantRow = { id: string; profile: ProfileName; name: string; version: number; created_at: Date };

const columns = 'id, profile, name, version, created_at';

/** Tenants: appended as events, read from the table that is written in the same transaction. */
@Injectable()
export class TenantStore {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  async find(id: string, reader: Reader = this.events): Promise<Tenant | undefined> {
    const [row] = await reader.query<TenantRow>(`SELECT ${columns} FROM tenants WHERE id = $1`, [id]);
    return row && tenantOf(row);
  }

  /** In order of id, behind `after`. */
  async list(after: string, limit: number): Promise<Tenant[]> {
    const rows = await this.events.query<TenantRow>(
      `SELECT ${columns} FROM tenants WHERE id > $1 COLLATE "C" ORDER BY id COLLATE "C" LIMIT $2`,
      [after, limit],
    );
    return rows.map(tenantOf);
  }

  async isEmpty(write: Write): Promise<boolean> {
    return (await write.query('SELECT 1 FROM tenants LIMIT 1')).length === 0;
  }

  async append(write: Write, id: string, events: TenantEvent[], before?: Tenant): Promise<Tenant> {
    const place = { type: 'tenant', id, tenantId: id, after: before?.version ?? 0 } as const;
    const tenant = foldEvents(await write.append(place, events), applyTenantEvent, before);
    if (!tenant) throw new Error('nothing to append');
    await write.query(
      `INSERT INTO tenants (${columns}) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version`,
      [tenant.id, tenant.profile, tenant.name, tenant.version, tenant.createdAt],
    );
    await write.publish(place, tenantRecord(tenant));
    return tenant;
  }

  /** Says again what is known of it. */
  async announce(write: Write, id: string): Promise<void> {
    const tenant = await this.find(id, write);
    if (tenant) await write.publish({ type: 'tenant', id }, tenantRecord(tenant));
  }
}

function tenantOf({ id, profile, name, version, created_at: at }: TenantRow): Tenant {
  return { id, profile, name, version, createdAt: at.toISOString() };
}
