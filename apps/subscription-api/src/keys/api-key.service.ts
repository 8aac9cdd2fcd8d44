import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Scope } from '@posthorn/contracts';
import { apiKeyHash, newId, profileOf } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import { EventStore, type Author, type Write, type Written } from '../aggregates/event.store.js';
import type { Tenant } from '../tenants/tenant.js';
import { allScopes, type ApiKey } from './api-key.js';
import { ApiKeyStore } from './api-key.store.js';

const keysMax = 100;

export type NewApiKey = { name: string; scopes: Scope[]; expiresAt: string | null };

/** Keys of tenants, and the operator's. A key's text leaves this class once, when it is made. */
@Injectable()
export class ApiKeyService {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(ApiKeyStore) private readonly keys: ApiKeyStore,
  ) {}

  list(tenant: Tenant): Promise<ApiKey[]> {
    return this.keys.list(tenant.id);
  }

  create(tenant: Tenant, author: Author, wanted: NewApiKey): Promise<Written<{ key: ApiKey; text: string }>> {
    return this.events.write(tenant.id, author, async (write) => {
      if ((await this.keys.list(tenant.id, write)).length >= keysMax)
        throw new AppError('limit-reached', `A tenant may have ${keysMax} keys; revoke one first.`);
      return this.createIn(write, tenant, wanted);
    });
  }

  /** For a write that makes the tenant as well. */
  async createIn(
    write: Write,
    tenant: Pick<Tenant, 'id' | 'profile'>,
    { name, scopes, expiresAt }: NewApiKey,
  ): Promise<{ key: ApiKey; text: string }> {
    const text = profileOf(tenant.profile).keyPrefix + randomBytes(32).toString('base64url');
    const place = { id: newId('key', randomBytes(17)), tenantId: tenant.id };
    const payload = { name, hash: apiKeyHash(text), scopes, expiresAt };
    return { key: await this.keys.append(write, place, [{ type: 'created', payload }]), text };
  }

  revoke(tenant: Tenant, author: Author, keyId: string): Promise<Written<ApiKey>> {
    return this.events.write(tenant.id, author, async (write) => {
      const key = (await this.keys.list(tenant.id, write)).find(({ id }) => id === keyId);
      if (!key) throw new AppError('not-found', 'No such key.');
      return this.keys.append(write, key, [{ type: 'revoked', payload: {} }], key);
    });
  }

  /**
   * The operator's key is the setting's, and no other. It is announced like every key; what was the setting
   * before is revoked.
   */
  async ensureOperatorKey(text: string): Promise<void> {
    const hash = apiKeyHash(text);
    await this.events.write(null, { actor: 'system:start' }, async (write) => {
      const known = await this.keys.list(null, write);
      for (const key of known)
        if (key.hash !== hash) await this.keys.append(write, key, [{ type: 'revoked', payload: {} }], key);
      if (known.some((key) => key.hash === hash)) return;
      const place = { id: newId('key', randomBytes(17)), tenantId: null };
      const payload = { name: 'operator', hash, scopes: [...allScopes], expiresAt: null };
      await this.keys.append(write, place, [{ type: 'created', payload }]);
    });
  }
}
