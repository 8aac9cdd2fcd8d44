import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { call } from '../../api/client';
import { useSession } from '../../shell/session';
import { lastTenantId } from '../../shell/tenant';

const storageKey = 'posthorn.receiver-tenant';
const listeners = new Set<() => void>();

/** Operators choose whose webhooks the receiver plays with; everybody else has one tenant. */
export function chooseReceiverTenant(tenantId: string): void {
  sessionStorage.setItem(storageKey, tenantId);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Undefined as long as an operator has chosen none, here or by looking at its pages. */
export function useReceiverTenant(): string | undefined {
  const { session } = useSession();
  const chosen = useSyncExternalStore(subscribe, () => sessionStorage.getItem(storageKey) ?? lastTenantId());
  const { data: tenants } = useTenants();
  return session?.tenantId ?? tenants?.find(({ id }) => id === chosen)?.id;
}

/** Every tenant, for operators. */
export function useTenants() {
  const { isOperator } = useSession();
  return useQuery({
    queryKey: ['tenants'],
    queryFn: async ({ signal }) =>
      (await call('get', '/v1/tenants', { query: { limit: 200 }, signal })).items,
    enabled: isOperator,
  });
}
