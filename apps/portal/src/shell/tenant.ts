import { queryOptions, useQuery } from '@tanstack/react-query';
import { useLocation, useParams } from 'react-router';
import { call } from '../api/client';
import { useSession } from './session';
import type { Profile, Tenant } from '../api/types';

/** The tenant of the address. */
export function useTenantId(): string {
  return useParams()['tenantId'] ?? '';
}

const tenantOf = (tenantId: string) =>
  queryOptions<Tenant>({
    queryKey: ['tenant', tenantId],
    queryFn: ({ signal }) => call('get', '/v1/tenants/{tenantId}', { path: { tenantId }, signal }),
    enabled: tenantId !== '',
    staleTime: 60_000,
  });

export const useTenant = () => useQuery(tenantOf(useTenantId()));

/** Whose pages the menu has: on the test receiver's page, which is no tenant's, whose it was opened from. */
export function useMenuTenant() {
  const here = useTenantId();
  const { pathname } = useLocation();
  const { session } = useSession();
  const from = pathname === '/dev/receiver' ? (session?.tenantId ?? lastTenantId()) : null;
  return useQuery(tenantOf(here || (from ?? '')));
}

export function useProfile(): Profile {
  return (useTenant().data?.profile ?? 'standard') as Profile;
}

/** An address within the tenant of the page. */
export function useTenantPath(): (rest: string) => string {
  const tenantId = useTenantId();
  return (rest) => `/t/${encodeURIComponent(tenantId)}/${rest}`;
}

const lastKey = 'posthorn.last-tenant';

/** Kept in the browser: where somebody works in several tenants, the one that he was last in. */
export function rememberTenant(id: string): void {
  localStorage.setItem(lastKey, id);
}

export function forgetTenant(id: string): void {
  if (lastTenantId() === id) localStorage.removeItem(lastKey);
}

export const lastTenantId = (): string | null => localStorage.getItem(lastKey);
