import { useQuery } from '@tanstack/react-query';
import { send } from '../../api/client';

export type Behaviour = { mode: 'ok' | 'fail' | 'gone' | 'delay' | 'hang'; delayMs: number };

export type Received = {
  n: number;
  at: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Null: it was not answered. */
  answered: number | null;
};

export type ReceiverState = { behaviour: Behaviour; requests: Received[] };

/** Undefined where there is none: it exists with a setting for local use only. */
export function useDevReceiver({ isWatched = false }: { isWatched?: boolean } = {}) {
  return useQuery<ReceiverState | undefined>({
    queryKey: ['dev-receiver', isWatched],
    queryFn: async ({ signal }) =>
      (await send('get', `/dev/receiver/state${isWatched ? '' : '?limit=0'}`, { signal })) as ReceiverState,
    retry: false,
    staleTime: isWatched ? 0 : Infinity,
    refetchInterval: isWatched ? 1_000 : false,
  });
}
