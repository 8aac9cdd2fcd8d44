import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { ApiError, call, whenLoggedOut } from '../api/client';
import type { Session } from '../api/types';

type SessionState = {
  /** Null: nobody; undefined: not known yet. */
  session: Session | null | undefined;
  /** Why it is not known: Posthorn cannot be asked. It is asked again. */
  failure: unknown;
  /** Nobody is logged in, but somebody was, and did not log out: the session has ended by itself. */
  hasEnded: boolean;
  /** Nobody is logged in because somebody logged out here: whoever comes next begins at the start. */
  hasLeft: boolean;
  canManage: boolean;
  isOperator: boolean;
  /** Asks again who is logged in. */
  refresh(): Promise<void>;
  /** @throws ApiError where the session still holds */
  logOut(): Promise<void>;
};

const Context = createContext<SessionState | undefined>(undefined);
const key = ['session'];
/** Left here by whoever is logged in, until he logs out. It opens nothing: the session is in a cookie. */
const mark = 'posthorn.session';
/** A token lasts a quarter of an hour and is renewed by use: an open page stays logged in. */
const renewEveryMs = 5 * 60_000;

async function whoIsThere(signal?: AbortSignal): Promise<Session | null> {
  try {
    return await call('get', '/v1/session', { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Where nobody has logged in, nobody need be asked: the refusal would stand in the browser's console. */
const whoWasHere = async ({ signal }: { signal: AbortSignal }): Promise<Session | null> =>
  localStorage.getItem(mark) === null ? null : whoIsThere(signal);

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { data: session, failureReason } = useQuery({
    queryKey: key,
    queryFn: whoWasHere,
    staleTime: renewEveryMs,
    refetchInterval: (query) => (query.state.data ? renewEveryMs : false),
    retry: true,
    retryDelay: 2_000,
  });
  const [hasLeft, setLeft] = useState(false);
  useEffect(() => whenLoggedOut(() => client.setQueryData(key, null)), [client]);
  useEffect(() => {
    if (session) localStorage.setItem(mark, 'open');
  }, [session]);
  const state = useMemo<SessionState>(
    () => ({
      session,
      failure: session === undefined ? failureReason : null,
      hasEnded: session === null && localStorage.getItem(mark) !== null,
      hasLeft,
      canManage: session?.scopes.includes('manage') ?? false,
      isOperator: session != null && session.tenantId === null,
      refresh: async () => {
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
        client.setQueryData(key, await whoIsThere());
        setLeft(false);
      },
      logOut: async () => {
        // An answer that came behind that of the log-out would put a fresh cookie back.
        await client.cancelQueries();
        try {
          await call('delete', '/v1/session', {});
        } catch (error) {
          // Whoever stays sees what he would have seen.
          void client.invalidateQueries();
          throw error;
        }
        await client.cancelQueries();
        localStorage.removeItem(mark);
        setLeft(true);
        client.setQueryData(key, null);
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
      },
    }),
    [session, failureReason, hasLeft, client],
  );
  return <Context value={state}>{children}</Context>;
}

export function useSession(): SessionState {
  const state = useContext(Context);
  if (!state) throw new Error('no SessionProvider');
  return state;
}
