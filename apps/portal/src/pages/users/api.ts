import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { User } from '../../api/types';

export type NewUser = { email: string; name: string; password: string; role?: string };

/** Of a tenant; without one, the operators. */
export function useUsers(tenantId: string | undefined) {
  return useQuery({
    queryKey: ['users', tenantId ?? null],
    queryFn: async ({ signal }): Promise<readonly User[]> =>
      tenantId === undefined
        ? (await call('get', '/v1/users', { signal })).items
        : (await call('get', '/v1/tenants/{tenantId}/users', { path: { tenantId }, signal })).items,
  });
}

export function useAddUser(tenantId: string | undefined) {
  const reload = useReload(tenantId);
  return useMutation({
    mutationFn: async (body: NewUser): Promise<void> => {
      if (tenantId === undefined) await call('post', '/v1/users', { body });
      else await call('post', '/v1/tenants/{tenantId}/users', { path: { tenantId }, body });
    },
    onSuccess: reload,
  });
}

export function useRemoveUser(tenantId: string | undefined) {
  const reload = useReload(tenantId);
  return useMutation({
    mutationFn: async (userId: string): Promise<void> => {
      if (tenantId === undefined) await call('delete', '/v1/users/{userId}', { path: { userId } });
      else await call('delete', '/v1/tenants/{tenantId}/users/{userId}', { path: { tenantId, userId } });
    },
    onSuccess: reload,
  });
}

function useReload(tenantId: string | undefined): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['users', tenantId ?? null] });
}
