import type { PortalLink } from '../../api/types';
import { usePages } from '../../lib/cursor-pages';

export const linksKey = (tenantId: string): string[] => ['portal-links', tenantId];

/** Links into a tenant, newest first, until a day after they can be used. */
export function usePortalLinks(tenantId: string) {
  const path = '/v1/tenants/{tenantId}/portal-links';
  const options = { params: { tenantId }, query: { limit: 20 }, everyMs: 15_000 };
  return usePages<PortalLink>(linksKey(tenantId), path, options);
}
