import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, ifMatch } from '../api/client';
import type { User } from '../api/types';

export type NewUser = { email: string; name: string; password: string; role?: string };

/** Of a tenant; without one, the operators. */
export function useUsers(tenantId: string | undefined, enabled = true) {
  return useQuery({
    queryKey: ['users', tenantId ?? null],
    queryFn: async ({ signal }): Promise<readonly User[]> =>
      tenantId === undefined
        ? (await call('get', '/v1/users', { signal })).items
        : (await call('get', '/v1/tenants/{tenantId}/users', { path: { tenantId }, signal })).items,
    enabled,
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

/** Of a user as he was read. */
type Change = { user: User; change: { name?: string; role?: string } };

export function useChangeUser(tenantId: string | undefined) {
  const reload = useReload(tenantId);
  return useMutation({
    mutationFn: async ({ user: { id: userId, version }, change: body }: Change): Promise<void> => {
      const options = { body, headers: ifMatch(version) };
      if (tenantId === undefined) await call('patch', '/v1/users/{userId}', { path: { userId }, ...options });
      else
        await call('patch', '/v1/tenants/{tenantId}/users/{userId}', {
          path: { tenantId, userId },
          ...options,
        });
    },
    onSuccess: reload,
  });
}

/** The new password, which nobody can read again. */
export function useResetPassword(tenantId: string | undefined) {
  const reload = useReload(tenantId);
  return useMutation({
    // The user has another version now. The password does not wait for that.
    onSuccess: () => void reload(),
    mutationFn: async (userId: string): Promise<string> => {
      const { password } =
        tenantId === undefined
          ? await call('post', '/v1/users/{userId}/password', { path: { userId } })
          : await call('post', '/v1/tenants/{tenantId}/users/{userId}/password', {
              path: { tenantId, userId },
            });
      return password;
    },
  });
}

function useReload(tenantId: string | undefined): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['users', tenantId ?? null] });
}
