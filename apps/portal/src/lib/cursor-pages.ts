import { useInfiniteQuery } from '@tanstack/react-query';
import { addressOf, send } from '../api/client';
import type { Page } from '../api/types';

/**
 * A list by its pages. While only the first one is shown it is kept fresh; whoever reads on further down is
 * left in peace.
 */
export function usePages<T>(
  key: readonly unknown[],
  path: string,
  { params, query, everyMs = false }: Options<T>,
) {
  const pages = useInfiniteQuery({
    queryKey: [...key, query],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) =>
      (await send('get', addressOf(path, params, { ...query, cursor: pageParam }), { signal })) as Page<T>,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state: { data } }) => {
      const [first, second] = data?.pages ?? [];
      if (second) return false;
      return typeof everyMs === 'function' ? everyMs(first?.items ?? []) : everyMs;
    },
  });
  return {
    items: pages.data?.pages.flatMap(({ items }) => items),
    error: pages.error,
    more: {
      hasMore: pages.hasNextPage,
      isLoading: pages.isFetchingNextPage,
      onMore: () => void pages.fetchNextPage(),
    },
  };
}

type Options<T> = {
  params: Record<string, string>;
  query: Record<string, string | number>;
  /** Or by what the first page shows. */
  everyMs?: number | false | ((items: readonly T[]) => number);
};
