import { QueryClient } from '@tanstack/react-query';
import { isPassing } from '../api/client';

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
