import { useMutation, useQuery } from '@tanstack/react-query';
import { addressOf, send } from '../../api/client';

/** As `GET /dev/receiver/api` says them: it is no part of the API, so the API's document has no type. */
export type HookSettings = {
  hasSecret: boolean;
  rejectInvalid: boolean;
  status: number;
  delayMs: number;
  hang: boolean;
  failing: boolean;
  failNext: number;
  failStatus: number;
  retryAfterS: number | null;
};
export type Change = Partial<Omit<HookSettings, 'hasSecret'> & { secret: string | null }>;

export type Hook = { name: string; path: string; settings: HookSettings; counts: Record<string, number> };

export type Received = {
  n: number;
  receivedAt: string;
  kind: 'delivery' | 'verification';
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: string;
  bodyBytes: number;
  bodyIsCut: boolean;
  webhookId: string | null;
  attempt: number | null;
  event: {
    type: string | null;
    entity: { name: string; id: string } | null;
    timestamp: string | null;
  } | null;
  signature: { state: 'valid' | 'invalid' | 'unsigned' | 'unchecked'; reason: string | null };
  isRepeat: boolean;
  place: { nth: number; nthOfEntity: number | null; isLate: boolean; isLateOfEntity: boolean } | null;
  answer: {
    state: 'waiting' | 'answered' | 'gone';
    status: number | null;
    reason: string;
    afterMs: number | null;
  };
};

export const hookPath = (name: string, rest = ''): string =>
  addressOf(`/dev/receiver/api/{name}${rest}`, { name });

export const hookUrl = (name: string): string => `${window.location.origin}/dev/receiver/hooks/${name}`;

/** Every hook there is; undefined where there is no receiver: it exists with a setting for local use only. */
export function useDevReceiver() {
  return useQuery({
    queryKey: ['dev-receiver'],
    queryFn: async ({ signal }) =>
      ((await send('get', '/dev/receiver/api', { signal })) as { items: Hook[] }).items,
    retry: false,
    staleTime: Infinity,
  });
}

export function useChange(name: string) {
  return useMutation({
    mutationFn: (change: Change) => send('patch', hookPath(name), { body: change }),
  });
}

export const modes = ['ok', 'fail', 'gone', 'delay', 'hang'] as const;
export type Mode = (typeof modes)[number];

const usualDelayMs = 2_000;

/** What a hook does, in one word. */
export function modeOf({ hang, failing, failStatus, delayMs }: HookSettings): Mode {
  if (hang) return 'hang';
  if (failing) return failStatus === 410 ? 'gone' : 'fail';
  return delayMs > 0 ? 'delay' : 'ok';
}

/** What has to be said for it to do that. `failNext` ends with whatever is chosen. */
export function changeTo(mode: Mode, { failStatus, delayMs }: HookSettings): Change {
  const well = { hang: false, failing: false, failNext: 0 };
  if (mode === 'hang') return { ...well, hang: true };
  if (mode === 'gone') return { ...well, failing: true, failStatus: 410 };
  if (mode === 'fail') return { ...well, failing: true, failStatus: failStatus === 410 ? 500 : failStatus };
  if (mode === 'delay') return { ...well, delayMs: delayMs || usualDelayMs };
  return { ...well, status: 200, delayMs: 0 };
}
