import { Inject, Injectable } from '@nestjs/common';
import type { ProfileName } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import { EventStore, type Author, type Written } from '../aggregates/event.store.js';
import type { Precondition } from '../requests/precondition.js';
import type { Tenant } from './tenant.js';
import { TenantStore } from './tenant.store.js';

export type NewTenant = { id: string; profile: ProfileName; name: string };

@Injectable()
export class TenantService {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(TenantStore) private readonly tenants: TenantStore,
  ) {}

  list(after: string, limit: number): Promise<Tenant[]> {
    return this.tenants.list(after, limit);
  }

  create({ id, profile, name }: NewTenant, author: Author): Promise<Written<Tenant>> {
    return this.events.write(id, author, async (write) => {
      if (await this.tenants.find(id, write))
        throw new AppError('conflict', 'A tenant with this id exists.', {
          errors: [{ pointer: '/id', detail: 'is taken' }],
        });
      return this.tenants.append(write, id, [{ type: 'created', payload: { profile, name } }]);
    });
  }

  rename(id: string, author: Author, name: string, precondition?: Precondition): Promise<Written<Tenant>> {
    return this.events.write(id, author, async (write) => {
      const tenant = await this.tenants.find(id, write);
      if (!tenant) throw new AppError('not-found', 'No such tenant, or not yours.');
      precondition?.(tenant.version);
      if (tenant.name === name) return tenant;
      return this.tenants.append(write, id, [{ type: 'renamed', payload: { name } }], tenant);
    });
  }
}
