import { Inject, Injectable } from '@nestjs/common';
import type { ProfileName } from '@posthorn/domain';
import { foldEvents } from '../aggregates/stored-event.js';
import { EventStore, type Reader, type Write } from '../aggregates/event.store.js';
import { applyTenantEvent, tenantRecord, type Tenant, type TenantEvent } from './tenant.js';

type TenantRow = {
  id: string;
  profile: ProfileName;
  name: string;
  deleted_at: Date | null;
  version: number;
  created_at: Date;
};

const columns = 'id, profile, name, deleted_at, version, created_at';

/** Tenants: appended as events, read from the table that is written in the same transaction. */
@Injectable()
export class TenantStore {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  /** Undefined for one that was deleted, too. */
  async find(id: string, reader: Reader = this.events): Promise<Tenant | undefined> {
    const tenant = await this.findEver(id, reader);
    return tenant?.deletedAt === null ? tenant : undefined;
  }

  /** Also where it was deleted. */
  async findEver(id: string, reader: Reader): Promise<Tenant | undefined> {
    const [row] = await reader.query<TenantRow>(`SELECT ${columns} FROM tenants WHERE id = $1`, [id]);
    return row && tenantOf(row);
  }

  /** In order of id, behind `after`. */
  async list(after: string, limit: number): Promise<Tenant[]> {
    return this.page('deleted_at IS NULL', after, limit);
  }

  /** The same, with those that were deleted. */
  async listEver(after: string, limit: number): Promise<Tenant[]> {
    return this.page('true', after, limit);
  }

  private async page(which: string, after: string, limit: number): Promise<Tenant[]> {
    const rows = await this.events.query<TenantRow>(
      `SELECT ${columns} FROM tenants WHERE ${which} AND id > $1 COLLATE "C" ORDER BY id COLLATE "C" LIMIT $2`,
      [after, limit],
    );
    return rows.map(tenantOf);
  }

  async isEmpty(write: Write): Promise<boolean> {
    return (await write.query('SELECT 1 FROM tenants LIMIT 1')).length === 0;
  }

  async append(write: Write, id: string, events: TenantEvent[], before?: Tenant): Promise<Tenant> {
    const isEnd = events.some(({ type }) => type === 'deleted');
    // Nobody is left in the tenant who could read who deleted it: the installation's trail says so.
    const tenantId = isEnd ? null : id;
    const place = { type: 'tenant', id, tenantId, after: before?.version ?? 0 } as const;
    const tenant = foldEvents(await write.append(place, events), applyTenantEvent, before);
    if (!tenant) throw new Error('nothing to append');
    await write.query(
      `INSERT INTO tenants (${columns}) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE
         SET name = excluded.name, deleted_at = excluded.deleted_at, version = excluded.version`,
      [tenant.id, tenant.profile, tenant.name, tenant.deletedAt, tenant.version, tenant.createdAt],
    );
    await write.publish(place, tenantRecord(tenant));
    return tenant;
  }

  /** Says again what is known of it. */
  async announce(write: Write, id: string): Promise<void> {
    const tenant = await this.findEver(id, write);
    if (tenant) await write.publish({ type: 'tenant', id }, tenantRecord(tenant));
  }
}

function tenantOf({ deleted_at: deletedAt, created_at: createdAt, ...tenant }: TenantRow): Tenant {
  return {
    ...tenant,
    deletedAt: deletedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
