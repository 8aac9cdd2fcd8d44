import type { AuditEntry } from '../api/types';
import { useSession } from '../shell/session';
import { useKeys } from './keys';
import { namesIn, type Names } from './names-in';
import { useSubscriptions } from './subscriptions';
import { useUsers } from './users';

/**
 * What has an id is called by its name: people, keys and webhooks of a tenant, and what the audit trail says
 * of those that are gone. Who may not see operators does not learn their names.
 */
export function useNames(tenantId: string, entries: readonly AuditEntry[] = []): Names {
  const { isOperator } = useSession();
  const { data: webhooks } = useSubscriptions(tenantId);
  const users = useUsers(tenantId);
  const operators = useUsers(undefined, isOperator);
  const keys = useKeys(tenantId);
  return new Map([
    ...namesIn(entries),
    ...named(webhooks?.map(({ id, name, url }) => ({ id, name: name || url }))),
    ...named([...(users.data ?? []), ...(operators.data ?? [])]),
    ...named(keys.data?.items),
  ]);
}

const named = (things: readonly { id: string; name: string }[] = []): [string, string][] =>
  things.map(({ id, name }) => [id, name]);
