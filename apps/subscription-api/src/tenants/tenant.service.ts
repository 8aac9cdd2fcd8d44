import { Inject, Injectable } from '@nestjs/common';
import type { ProfileName } from '@posthorn/domain';
import { AppError, noSuchTenant } from '@posthorn/runtime';
import { EventStore, type Author, type Written } from '../aggregates/event.store.js';
import type { Precondition } from '../requests/precondition.js';
import type { Tenant } from './tenant.js';
import { TenantContents } from './tenant-contents.service.js';
import { TenantStore } from './tenant.store.js';

export type NewTenant = { id: string; profile: ProfileName; name: string };

@Injectable()
export class TenantService {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(TenantStore) private readonly tenants: TenantStore,
    @Inject(TenantContents) private readonly contents: TenantContents,
  ) {}

  list(after: string, limit: number): Promise<Tenant[]> {
    return this.tenants.list(after, limit);
  }

  create({ id, profile, name }: NewTenant, author: Author): Promise<Written<Tenant>> {
    return this.events.write(id, author, async (write) => {
      const known = await this.tenants.findEver(id, write);
      if (known)
        throw new AppError('conflict', `A tenant with this id ${known.deletedAt ? 'existed' : 'exists'}.`, {
          errors: [{ pointer: '/id', detail: 'is taken' }],
        });
      return this.tenants.append(write, id, [{ type: 'created', payload: { profile, name } }]);
    });
  }

  rename(id: string, author: Author, name: string, precondition?: Precondition): Promise<Written<Tenant>> {
    return this.events.write(id, author, async (write) => {
      const tenant = await this.tenants.find(id, write);
      if (!tenant) throw noSuchTenant();
      precondition?.(tenant.version);
      if (tenant.name === name) return tenant;
      return this.tenants.append(write, id, [{ type: 'renamed', payload: { name } }], tenant);
    });
  }

  /** With all that is in it, or not at all. @throws AppError `not-found`, also where it is deleted already */
  async delete(id: string, author: Author, precondition?: Precondition): Promise<Written<Tenant>> {
    const unknown = new AppError('not-found', 'No such tenant.');
    // What PostgreSQL cannot hold as text cannot be anybody's id.
    if (id.includes('\0')) throw unknown;
    return this.events.write(id, author, async (write) => {
      const tenant = await this.tenants.find(id, write);
      if (!tenant) throw unknown;
      precondition?.(tenant.version);
      await this.contents.end(write, id);
      return this.tenants.append(write, id, [{ type: 'deleted', payload: {} }], tenant);
    });
  }
}
