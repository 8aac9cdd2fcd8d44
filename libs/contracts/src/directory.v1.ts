import { decodeObject, encodeObject, joinKey, requireFields, UndecodableError } from './wire.js';

export type Scope = 'publish' | 'read' | 'manage';

/**
 * Who may do what, and which tenants there are. Written by subscription-api's relay; read whole by ingest
 * and delivery-log.
 */
export type DirectoryMessage =
  DirectoryTenant | DirectoryKey | DirectoryUser | DirectorySessionKey | DirectoryEventType;

export type DirectoryTenant = {
  kind: 'tenant';
  id: string;
  profile: 'brutlers' | 'brz365' | 'standard' | 'cloudevents';
  name: string;
  /** Set when the tenant was deleted (epoch ms): from then on there is none of this id, for ever. */
  deletedAt?: number;
  version: number;
};

export type DirectoryKey = {
  kind: 'key';
  id: string;
  /** Hex SHA-256 of the whole key (32 random bytes: no salt or stretching needed). */
  hash: string;
  /** Null: an operator's key, good for every tenant. */
  tenantId: string | null;
  scopes: Scope[];
  expiresAt: number | null;
  /** Revocation is an explicit record: a reader that sees the key at all sees that it was revoked. */
  revokedAt: number | null;
  version: number;
};

/** Whether the sessions of a user, or of a portal link that was revoked, hold; whose they are, they say. */
export type DirectoryUser = {
  kind: 'user';
  id: string;
  /** Which sessions hold: those of this very value (epoch ms). Another password or role makes it another. */
  sessionsFrom: number;
  /** Set when the user was removed (epoch ms). */
  removedAt: number | null;
  version: number;
};

/** What session tokens are verified with (JWT, EdDSA); there is one, `current`. */
export type DirectorySessionKey = {
  kind: 'session-key';
  id: string;
  /** Base64 of the 32 bytes of an ed25519 public key. */
  publicKey: string;
  version: number;
};

/** What a tenant's events of a type have to look like. */
export type DirectoryEventType = {
  kind: 'event-type';
  /** The tenant's and the type's name, joined. */
  id: string;
  tenantId: string;
  type: string;
  /** JSON Schema 2020-12 of `data`; null: anything. */
  schema: Record<string, unknown> | boolean | null;
  /** What becomes of an event that does not fit. */
  onInvalid: 'reject' | 'warn';
  removed: boolean;
  version: number;
};

export const directoryKey = (message: DirectoryMessage): string => joinKey(message.kind, message.id);

export function encodeDirectory(message: DirectoryMessage): Buffer {
  return encodeObject(message);
}

/** @throws UndecodableError */
export function decodeDirectory(value: Buffer | null): DirectoryMessage {
  const head = decodeObject(value);
  if (head.kind === 'tenant') requireFields(head, { id: 'string', profile: 'string', version: 'number' });
  else if (head.kind === 'key')
    requireFields(head, { id: 'string', hash: 'string', scopes: 'object', version: 'number' });
  else if (head.kind === 'user')
    requireFields(head, { id: 'string', sessionsFrom: 'number', version: 'number' });
  else if (head.kind === 'session-key')
    requireFields(head, { id: 'string', publicKey: 'string', version: 'number' });
  else if (head.kind === 'event-type')
    requireFields(head, { id: 'string', tenantId: 'string', type: 'string', version: 'number' });
  else throw new UndecodableError(`unknown kind ${String(head.kind)}`);
  return head as DirectoryMessage;
}
