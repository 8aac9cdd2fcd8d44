import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

export const keysKey = (tenantId: string): string[] => ['keys', tenantId];

/** A tenant's keys. */
export function useKeys(tenantId: string, everyMs: number | false = false) {
  return useQuery({
    queryKey: keysKey(tenantId),
    queryFn: ({ signal }) => call('get', '/v1/tenants/{tenantId}/keys', { path: { tenantId }, signal }),
    refetchInterval: everyMs,
  });
}
