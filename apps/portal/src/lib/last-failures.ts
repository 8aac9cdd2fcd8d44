import { useQuery } from '@tanstack/react-query';
import { addressOf, send } from '../api/client';
import type { Delivery, DeliveryDetail, Page } from '../api/types';
import { pageMax } from './all-pages';
import { lastFailedOf } from './last-failed-attempt';

/** Whatever is no 2xx: answers, and attempts without one. */
const failing = ['5xx', '4xx', '3xx', 'none'] as const;

type Failures = {
  /** The newest of each webhook that is among what was read. */
  newest: ReadonlyMap<string, Delivery>;
  /** Whether that was everything: a webhook that is not among it then has none. */
  isAll: boolean;
};

export function newestOf(pages: readonly Page<Delivery>[]): Failures {
  const newest = new Map<string, Delivery>();
  for (const delivery of pages.flatMap(({ items }) => items)) {
    const known = newest.get(delivery.subscriptionId);
    if (!known || known.seq < delivery.seq) newest.set(delivery.subscriptionId, delivery);
  }
  return { newest, isAll: pages.every(({ nextCursor }) => nextCursor === null) };
}

async function ask(
  tenantId: string,
  query: { subscriptionId?: string; limit: number },
  signal: AbortSignal,
): Promise<Failures> {
  const pageOf = async (statusClass: string) => {
    const asked = { ...query, statusClass };
    const address = addressOf('/v1/tenants/{tenantId}/deliveries', { tenantId }, asked);
    return (await send('get', address, { signal })) as Page<Delivery>;
  };
  return newestOf(await Promise.all(failing.map(pageOf)));
}

/** The newest failures of a tenant, for all its webhooks together. */
export function useLastFailures(tenantId: string, everyMs: number) {
  return useQuery({
    queryKey: ['stats', tenantId, 'last-failures'],
    queryFn: ({ signal }) => ask(tenantId, { limit: pageMax }, signal),
    refetchInterval: everyMs,
  });
}

/** That of one webhook; asked for alone only where others have filled what was read. */
export function useLastFailure(
  tenantId: string,
  subscriptionId: string,
  { known, everyMs }: { known: Failures | undefined; everyMs: number },
): Delivery | undefined {
  const found = known?.newest.get(subscriptionId);
  const { data } = useQuery({
    queryKey: ['stats', tenantId, 'last-failure', subscriptionId],
    queryFn: async ({ signal }) => {
      const { newest } = await ask(tenantId, { subscriptionId, limit: 1 }, signal);
      return newest.get(subscriptionId) ?? null;
    },
    enabled: known !== undefined && !known.isAll && !found,
    refetchInterval: everyMs,
  });
  return found ?? data ?? undefined;
}

/** When its newest attempt failed: lists tell of the first one only. */
export function useLastFailedAt(tenantId: string, delivery: Delivery | undefined): string | undefined {
  const { id = '', eventId = '', attemptCount } = delivery ?? {};
  const { data } = useQuery({
    queryKey: ['stats', tenantId, 'last-failed-at', id, attemptCount],
    queryFn: async ({ signal }) => {
      const address = addressOf('/v1/tenants/{tenantId}/deliveries/{id}', { tenantId, id }, { eventId });
      const { attempts } = (await send('get', address, { signal })) as DeliveryDetail;
      return lastFailedOf(attempts) ?? null;
    },
    enabled: delivery !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  return data ?? undefined;
}
