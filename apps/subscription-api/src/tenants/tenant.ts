import { directoryTopic, encodeDirectory, directoryKey, type DirectoryTenant } from '@posthorn/contracts';
import type { ProfileName } from '@posthorn/domain';
import type { Stored } from '../aggregates/stored-event.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';

/** Who owns subscriptions and whose events they are. The profile is chosen once. */
export type Tenant = {
  id: string;
  profile: ProfileName;
  name: string;
  /** Null while there is one. */
  deletedAt: string | null;
  version: number;
  createdAt: string;
};

export type TenantEvent =
  | { type: 'created'; payload: { profile: ProfileName; name: string } }
  | { type: 'renamed'; payload: { name: string } }
  | { type: 'deleted'; payload: Record<string, never> };

export function applyTenantEvent(state: Tenant | undefined, event: Stored<TenantEvent>): Tenant {
  const { aggregateId: id, version, at } = event;
  if (event.type === 'created') return { ...event.payload, id, deletedAt: null, version, createdAt: at };
  if (!state) throw new Error(`tenant ${id} has ${event.type} before created`);
  if (event.type === 'deleted') return { ...state, deletedAt: at, version };
  return { ...state, ...event.payload, version };
}

/** What ingest and delivery-log learn of a tenant. */
export function tenantRecord({ id, profile, name, deletedAt, version }: Tenant): OutboxRecord {
  const deleted = deletedAt === null ? {} : { deletedAt: Date.parse(deletedAt) };
  const message: DirectoryTenant = { kind: 'tenant', id, profile, name, ...deleted, version };
  return { topic: directoryTopic.name, key: directoryKey(message), value: encodeDirectory(message) };
}
