import { Inject, Injectable } from '@nestjs/common';
import type { ProfileName } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import { EventStore, type Author, type Written } from '../aggregates/event.store.js';
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
      if (await this.tenants.find(id, write)) throw new AppError('conflict', 'A tenant with this id exists.');
      return this.tenants.append(write, id, [{ type: 'created', payload: { profile, name } }]);
    });
  }
}
