import { directoryKey, directoryTopic, encodeDirectory, type DirectoryUser } from '@posthorn/contracts';
import type { SessionRole } from '@posthorn/runtime';
import type { Stored } from '../aggregates/stored-event.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';

/** Lets whoever holds its token into the portal of one tenant, once, for a limited time. */
export type PortalLink = {
  id: string;
  tenantId: string;
  role: SessionRole;
  /** SHA-256 of the token, which is shown once. */
  hash: string;
  /** Until when it can be used. */
  expiresAt: string;
  /** How long its session lasts. */
  sessionS: number;
  usedAt: string | null;
  revokedAt: string | null;
  version: number;
  createdAt: string;
  /** Of the key, the user or the link that made it. */
  createdBy: string;
};

export type PortalLinkEvent =
  | { type: 'created'; payload: Pick<PortalLink, 'role' | 'hash' | 'expiresAt' | 'sessionS'> }
  | { type: 'used'; payload: Record<string, never> }
  | { type: 'revoked'; payload: Record<string, never> };

export function applyPortalLinkEvent(
  state: PortalLink | undefined,
  event: Stored<PortalLinkEvent>,
): PortalLink {
  const { aggregateId: id, tenantId, version, at, actor } = event;
  if (event.type === 'created') {
    const made = { id, tenantId: tenantId ?? '', version, createdAt: at, createdBy: actor };
    return { ...event.payload, ...made, usedAt: null, revokedAt: null };
  }
  if (!state) throw new Error(`portal link ${id} has ${event.type} before created`);
  return event.type === 'used' ? { ...state, usedAt: at, version } : { ...state, revokedAt: at, version };
}

/** When the session that it made ends at the latest; null where it made none. */
export function sessionEndOf({ usedAt, sessionS }: PortalLink): number | null {
  return usedAt === null ? null : Date.parse(usedAt) + sessionS * 1000;
}

/** What delivery-log learns of a link that was revoked: that its session is over. Others it need not know. */
export function revokedLinkRecord({ id, createdAt, revokedAt, version }: PortalLink): OutboxRecord {
  const message: DirectoryUser = {
    kind: 'user',
    id,
    sessionsFrom: Date.parse(createdAt),
    removedAt: revokedAt === null ? null : Date.parse(revokedAt),
    version,
  };
  return { topic: directoryTopic.name, key: directoryKey(message), value: encodeDirectory(message) };
}
