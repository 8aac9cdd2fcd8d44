import {
  directoryKey,
  directoryTopic,
  encodeDirectory,
  joinKey,
  type DirectoryEventType,
} from '@posthorn/contracts';
import type { JsonSchema } from '@posthorn/runtime';
import type { Stored } from '../aggregates/stored-event.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';

export type EventTypeSettings = {
  description: string;
  /** JSON Schema 2020-12 of `data`; null: anything. */
  schema: JsonSchema | null;
  examples: unknown[];
  onInvalid: 'reject' | 'warn';
  /** Said in the catalogue; its events go on being delivered. */
  deprecated: boolean;
};

/** A type of a tenant's catalogue. `version` counts its changes; all are in the audit trail. */
export type EventType = EventTypeSettings & {
  tenantId: string;
  name: string;
  removed: boolean;
  version: number;
  updatedAt: string;
};

export type EventTypeEvent =
  | { type: 'set'; payload: EventTypeSettings & { name: string } }
  | { type: 'removed'; payload: Record<string, never> };

export const eventTypeId = (tenantId: string, name: string): string => joinKey(tenantId, name);

export function applyEventTypeEvent(state: EventType | undefined, event: Stored<EventTypeEvent>): EventType {
  const { tenantId, version, at: updatedAt } = event;
  if (event.type === 'set')
    return { ...event.payload, tenantId: tenantId ?? '', removed: false, version, updatedAt };
  if (!state) throw new Error(`event type ${event.aggregateId} is removed before it was set`);
  return { ...state, removed: true, version, updatedAt };
}

/** What ingest learns. A removed one is said, never silently gone. */
export function eventTypeRecord(state: EventType): OutboxRecord {
  const { tenantId, name, schema, onInvalid, removed, version } = state;
  const message: DirectoryEventType = {
    kind: 'event-type',
    id: eventTypeId(tenantId, name),
    tenantId,
    type: name,
    schema: removed ? null : schema,
    onInvalid,
    removed,
    version,
  };
  return { topic: directoryTopic.name, key: directoryKey(message), value: encodeDirectory(message) };
}
