import { Inject, Injectable } from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import { AppError, KeyRing } from '@posthorn/runtime';
import { EventStore, type Author, type Written } from '../aggregates/event.store.js';
import type { Tenant } from '../tenants/tenant.js';
import { ReceiverCheck } from './receiver-check.client.js';
import { sealedSecret } from './sealed-secret.js';
import { keepsOldSecrets } from './secret-rules.js';
import type { SealedSecret, Subscription } from './subscription.js';
import { SubscriptionService } from './subscription.service.js';
import { SubscriptionStore } from './subscription.store.js';

const secretsMax = 5;

export type Rotation = {
  /** Its text; what was generated is shown by the caller, once. */
  secret: string;
  /** How long the older ones go on signing; 0 ends them at once. */
  overlapMs: number;
};

/** Live secrets while receivers change over; one whose overlap is over leaves with its next change. */
@Injectable()
export class SubscriptionSecrets {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(SubscriptionStore) private readonly store: SubscriptionStore,
    @Inject(SubscriptionService) private readonly subscriptions: SubscriptionService,
    @Inject(KeyRing) private readonly keyRing: KeyRing,
    @Inject(ReceiverCheck) private readonly receivers: ReceiverCheck,
  ) {}

  /** Newest first. */
  async list(tenant: Tenant, id: string): Promise<SealedSecret[]> {
    return liveOf(await this.subscriptions.find(tenant, id));
  }

  async rotate(
    tenant: Tenant,
    author: Author,
    id: string,
    { secret, overlapMs }: Rotation,
  ): Promise<Written<SealedSecret>> {
    const seen = await this.subscriptions.find(tenant, id);
    if (profileOf(tenant.profile).verification === 'head')
      await this.receivers.verifyByHead(seen.tenantId, seen.url, secret);
    const fresh = sealedSecret(this.keyRing, seen, secret);
    const { relayed } = await this.events.write(tenant.id, author, async (write) => {
      const before = await this.subscriptions.find(tenant, id, write);
      const endsAt = Date.now() + overlapMs;
      const old = liveOf(before).map((one) => ({
        ...one,
        expiresAt: Math.min(one.expiresAt ?? Infinity, endsAt),
      }));
      const kept = keepsOldSecrets(before.profile) && overlapMs > 0 ? old : [];
      if (kept.length >= secretsMax)
        throw new AppError('limit-reached', `At most ${secretsMax} live secrets; end an older one first.`);
      return this.change(write, before, [fresh, ...kept]);
    });
    return { value: fresh, relayed };
  }

  /** Ends one at once. The newest one signs, so it can only be replaced. */
  end(tenant: Tenant, author: Author, id: string, secretId: string): Promise<Written<unknown>> {
    return this.events.write(tenant.id, author, async (write) => {
      const before = await this.subscriptions.find(tenant, id, write);
      const live = liveOf(before);
      const at = live.findIndex((one) => one.id === secretId);
      if (at < 0) throw new AppError('not-found', 'No such secret.');
      if (at === 0)
        throw new AppError(
          'conflict',
          'It is the newest one: rotate with "overlapS": 0 to replace it at once.',
        );
      return this.change(write, before, live.toSpliced(at, 1));
    });
  }

  private change(
    write: Parameters<SubscriptionStore['append']>[0],
    before: Subscription,
    secrets: SealedSecret[],
  ): Promise<Subscription> {
    return this.store.append(write, before, [{ type: 'changed', payload: { secrets } }], before);
  }
}

function liveOf({ secrets }: Subscription): SealedSecret[] {
  const now = Date.now();
  return secrets.filter(({ expiresAt = Infinity }) => expiresAt > now);
}
