import type { INestApplicationContext } from '@nestjs/common';
import type { ProfileName } from '@posthorn/domain';
import { EventStore } from './aggregates/event.store.js';
import { allScopes } from './keys/api-key.js';
import { ApiKeyService } from './keys/api-key.service.js';
import { SubscriptionApiService } from './subscription-api.service.js';
import { TenantStore } from './tenants/tenant.store.js';

export type DemoTenant = { tenantId: string; profile: ProfileName; key: string };

const demoTenants = [
  { id: 'demo-vendor', profile: 'brutlers', name: 'Demo vendor' },
  { id: '596ad63d-efa1-426e-dd93-08d9fa9598be', profile: 'brz365', name: 'Demo licence owner' },
] as const;

/**
 * On an empty installation: a tenant of each customer platform with a key that may do everything, all or
 * nothing. The keys are answered this once. Where there are tenants already, nothing happens and nothing is
 * answered.
 */
export async function createDemoTenants(app: INestApplicationContext): Promise<DemoTenant[]> {
  const find = <T>(type: new (...args: never[]) => T): T => app.get<T>(type, { strict: false });
  await find(SubscriptionApiService).started();
  const tenants = find(TenantStore);
  const keys = find(ApiKeyService);
  const ids = demoTenants.map(({ id }) => id);
  const { value } = await find(EventStore).write(ids, { actor: 'system:demo' }, async (write) => {
    if (!(await tenants.isEmpty(write))) return [];
    const made: DemoTenant[] = [];
    for (const { id, profile, name } of demoTenants) {
      await tenants.append(write, id, [{ type: 'created', payload: { profile, name } }]);
      const wanted = { name: 'demo', scopes: [...allScopes], expiresAt: null };
      const { text } = await keys.createIn(write, { id, profile }, wanted);
      made.push({ tenantId: id, profile, key: text });
    }
    return made;
  });
  return value;
}
