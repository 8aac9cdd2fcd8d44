import { useQuery } from '@tanstack/react-query';
import type { EventType } from '../api/types';
import { allPages } from './all-pages';

/** The catalogue of a tenant, all of it. */
export function useEventTypes(tenantId: string) {
  return useQuery({
    queryKey: ['event-types', tenantId],
    queryFn: ({ signal }) =>
      allPages<EventType>('/v1/tenants/{tenantId}/event-types', { params: { tenantId }, signal }),
  });
}
