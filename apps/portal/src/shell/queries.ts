import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/client';

/** What a second try may change: no answer, or a server that has trouble. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) => failures < 2 && isPassing(error),
      // While something is looked at, it is fresh; a tab in the background asks nothing.
      refetchIntervalInBackground: false,
    },
    mutations: { retry: false },
  },
});
