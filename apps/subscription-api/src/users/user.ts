import { directoryKey, directoryTopic, encodeDirectory, type DirectoryUser } from '@posthorn/contracts';
import type { SessionRole } from '@posthorn/runtime';
import type { Stored } from '../aggregates/stored-event.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';

export type User = {
  id: string;
  /** Null: an operator, who sees every tenant. */
  tenantId: string | null;
  /** Lower case; one user an address. */
  email: string;
  name: string;
  role: SessionRole;
  /** Argon2id, in PHC form. */
  passwordHash: string;
  /** Of sessions only those hold that began with this very value. */
  sessionsFrom: string;
  removedAt: string | null;
  version: number;
  createdAt: string;
};

export type UserEvent =
  | { type: 'created'; payload: Pick<User, 'email' | 'name' | 'role' | 'passwordHash'> }
  | { type: 'password-changed'; payload: Pick<User, 'passwordHash'> }
  /** By somebody else. */
  | { type: 'password-reset'; payload: Pick<User, 'passwordHash'> }
  | { type: 'changed'; payload: Partial<Pick<User, 'name' | 'role'>> }
  | { type: 'removed'; payload: Record<string, never> };

export function applyUserEvent(state: User | undefined, event: Stored<UserEvent>): User {
  const { aggregateId: id, tenantId, version, at } = event;
  if (event.type === 'created')
    return { ...event.payload, id, tenantId, sessionsFrom: at, removedAt: null, version, createdAt: at };
  if (!state) throw new Error(`user ${id} has ${event.type} before created`);
  if (event.type === 'removed') return { ...state, removedAt: at, passwordHash: '', version };
  const changed = { ...state, ...event.payload, version };
  if (event.type === 'changed' && event.payload.role === undefined) return changed;
  // Whoever was logged in with the old password, or in the old role, is not any more.
  return { ...changed, sessionsFrom: at };
}

/** What delivery-log learns of a user: whether his sessions hold, and nothing of him. */
export function userRecord({ id, sessionsFrom, removedAt, version }: User): OutboxRecord {
  const message: DirectoryUser = {
    kind: 'user',
    id,
    sessionsFrom: Date.parse(sessionsFrom),
    removedAt: removedAt === null ? null : Date.parse(removedAt),
    version,
  };
  return { topic: directoryTopic.name, key: directoryKey(message), value: encodeDirectory(message) };
}
