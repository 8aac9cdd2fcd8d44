import { Inject, Injectable } from '@nestjs/common';
import type { Write } from '../aggregates/event.store.js';
import { EventTypeService } from '../event-types/event-type.service.js';
import { ApiKeyStore } from '../keys/api-key.store.js';
import { SubscriptionStore } from '../subscriptions/subscription.store.js';
import { PortalLinkStore } from '../users/portal-link.store.js';
import { UserStore } from '../users/user.store.js';

/** Everything that is in a tenant. How many there are of each is bounded: hundreds, and a thousand links. */
@Injectable()
export class TenantContents {
  constructor(
    @Inject(SubscriptionStore) private readonly subscriptions: SubscriptionStore,
    @Inject(ApiKeyStore) private readonly keys: ApiKeyStore,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(PortalLinkStore) private readonly links: PortalLinkStore,
    @Inject(EventTypeService) private readonly eventTypes: EventTypeService,
  ) {}

  /**
   * Webhooks are deleted, and what waits for them is dropped; keys, users and links let nobody in any more.
   * What the delivery log holds is kept as long as every other's, unless its erasure was ordered before.
   */
  async end(write: Write, tenantId: string): Promise<void> {
    for (const one of await this.subscriptions.list(tenantId, undefined, write))
      await this.subscriptions.append(write, one, [{ type: 'deleted', payload: {} }], one);
    for (const key of await this.keys.list(tenantId, write))
      await this.keys.append(write, key, [{ type: 'revoked', payload: {} }], key);
    for (const user of await this.users.list(tenantId, write))
      await this.users.append(write, user, [{ type: 'removed', payload: {} }], user);
    for (const link of await this.links.holding(tenantId, write))
      await this.links.append(write, link, [{ type: 'revoked', payload: {} }], link);
    await this.eventTypes.removeAll(write, tenantId);
  }
}
