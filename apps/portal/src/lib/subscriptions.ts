import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { addressOf, ApiError, call, send } from '../api/client';
import type { Stats, Subscription, WaitingLane } from '../api/types';
import { useT } from '../i18n/i18n';
import { useSay } from '../ui/say';
import { allPages } from './all-pages';

export const orders = ['retry', 'skip', 'pause', 'resume', 'disable', 'enable'] as const;
export type Order = (typeof orders)[number];

/** Every webhook of a tenant (a page of 200: more than any platform allows). */
export const subscriptionsOf = (tenantId: string) =>
  queryOptions({
    queryKey: ['subscriptions', tenantId],
    queryFn: async ({ signal }) => {
      const query = { limit: 200 };
      const path = { tenantId };
      return (await call('get', '/v1/tenants/{tenantId}/subscriptions', { path, query, signal }))
        .items as Subscription[];
    },
  });

export function useSubscriptions(tenantId: string, everyMs: number | false = false) {
  return useQuery({
    ...subscriptionsOf(tenantId),
    enabled: tenantId !== '',
    refetchInterval: everyMs,
  });
}

const subscriptionOf = (tenantId: string, id: string) =>
  queryOptions<Subscription>({
    queryKey: ['subscriptions', tenantId, id],
    queryFn: ({ signal }) =>
      call('get', '/v1/tenants/{tenantId}/subscriptions/{id}', { path: { tenantId, id }, signal }),
  });

export function useSubscription(tenantId: string, id: string, everyMs: number | false = false) {
  return useQuery({ ...subscriptionOf(tenantId, id), refetchInterval: everyMs });
}

/** To be changed: as it is now, not as it was seen last. What is read later does not change it. */
export function useSubscriptionNow(tenantId: string, id: string) {
  const { data, error, isFetchedAfterMount, refetch } = useQuery({
    ...subscriptionOf(tenantId, id),
    staleTime: 0,
  });
  return { webhook: isFetchedAfterMount ? data : undefined, error, refetch };
}

/** Lanes that wait, of one webhook or of all: every one of them, so that their sum is true. */
export const waitingOf = (tenantId: string, subscriptionId: string | undefined, everyMs: number | false) =>
  queryOptions({
    queryKey: ['log', tenantId, 'waiting', subscriptionId],
    queryFn: ({ signal }) => {
      const options = { params: { tenantId }, query: { subscriptionId }, signal };
      return allPages<WaitingLane>('/v1/tenants/{tenantId}/waiting', options);
    },
    enabled: tenantId !== '',
    refetchInterval: everyMs,
  });

export const useWaiting = (tenantId: string, subscriptionId: string | undefined, everyMs: number | false) =>
  useQuery(waitingOf(tenantId, subscriptionId, everyMs));

export type Span = { from: string; to?: string; step: 'minute' | 'hour' | 'day' };

/** Numbers over time: not among what the stream renews, but with a rhythm of their own. */
export function useStats(
  tenantId: string,
  subscriptionId: string | undefined,
  span: () => Span,
  /** Or by what it answered last. */
  everyMs: number | ((last: Stats | undefined) => number),
) {
  return useQuery({
    queryKey: ['stats', tenantId, subscriptionId, span().step],
    queryFn: async ({ signal }) => {
      const query = { ...span(), subscriptionId };
      return (await send('get', addressOf('/v1/tenants/{tenantId}/stats', { tenantId }, query), {
        signal,
      })) as Stats;
    },
    // A log without numbers shows none: nothing else depends on them.
    retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status === 404),
    refetchInterval: ({ state: { data, error } }) =>
      error ? false : typeof everyMs === 'number' ? everyMs : everyMs(data),
  });
}

export function useOrder(tenantId: string, id: string) {
  const t = useT();
  const say = useSay();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (order: Order): Promise<boolean> => {
      try {
        await call('post', '/v1/tenants/{tenantId}/subscriptions/{id}/{order}', {
          path: { tenantId, id, order },
        });
        return true;
      } catch (error) {
        // It has recovered meanwhile: that is no failure, and there is nothing left to be done.
        if (order === 'retry' && error instanceof ApiError && error.code === 'conflict') return false;
        throw error;
      }
    },
    onSuccess: async (isDone) => {
      say(t(isDone ? 'order.done' : 'order.notNeeded'));
      await client.invalidateQueries({ queryKey: ['subscriptions', tenantId] });
      await client.invalidateQueries({ queryKey: ['log', tenantId] });
    },
  });
}
