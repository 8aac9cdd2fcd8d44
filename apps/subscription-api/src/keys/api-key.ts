import {
  directoryKey,
  directoryTopic,
  encodeDirectory,
  type DirectoryKey,
  type Scope,
} from '@posthorn/contracts';
import type { Stored } from '../aggregates/stored-event.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';

export const allScopes: readonly Scope[] = ['publish', 'read', 'manage'];

/** An API key. Its text is known to its holder alone; we keep a hash of its 32 random bytes' text. */
export type ApiKey = {
  id: string;
  /** Null: an operator's, good for every tenant. */
  tenantId: string | null;
  name: string;
  hash: string;
  scopes: Scope[];
  expiresAt: string | null;
  revokedAt: string | null;
  version: number;
  createdAt: string;
  /** As far as this API saw it; no part of the aggregate's events. */
  lastUsedAt?: string | null;
};

export type ApiKeyEvent =
  | {
      type: 'created';
      payload: { name: string; hash: string; scopes: Scope[]; expiresAt: string | null };
    }
  | { type: 'revoked'; payload: Record<string, never> };

export function applyApiKeyEvent(state: ApiKey | undefined, event: Stored<ApiKeyEvent>): ApiKey {
  if (event.type === 'created') {
    const { aggregateId: id, tenantId, version, at } = event;
    const { name, hash, scopes, expiresAt } = event.payload;
    return { id, tenantId, name, hash, scopes, expiresAt, revokedAt: null, version, createdAt: at };
  }
  if (!state) throw new Error(`key ${event.aggregateId} is revoked before it was created`);
  return { ...state, revokedAt: event.at, version: event.version };
}

/**
 * What ingest and delivery-log learn of a key. Revocation is a record like any other, never a tombstone.
 */
export function apiKeyRecord(key: ApiKey): OutboxRecord {
  const message: DirectoryKey = {
    kind: 'key',
    id: key.id,
    hash: key.hash,
    tenantId: key.tenantId,
    scopes: key.scopes,
    expiresAt: key.expiresAt === null ? null : Date.parse(key.expiresAt),
    revokedAt: key.revokedAt === null ? null : Date.parse(key.revokedAt),
    version: key.version,
  };
  return { topic: directoryTopic.name, key: directoryKey(message), value: encodeDirectory(message) };
}
