import { randomUUID } from 'node:crypto';
import type { EventMessage } from '@posthorn/contracts';
import type { ProfileEvent } from '@posthorn/domain';

export type EventRow = {
  seq: string;
  tenant_id: string;
  event_id: string;
  type: string;
  entity_name: string | null;
  entity_id: string | null;
  timestamp: string;
  source: string | null;
  accepted_at: Date;
  data: Buffer;
  matched: string[];
  unmatched_reason: string | null;
};

/** An event as lists show it. */
export type EventSummary = {
  id: string;
  type: string;
  entity: { name: string; id: string } | null;
  timestamp: string;
  source: string | null;
  acceptedAt: string;
  seq: number;
  /** Ids of the subscriptions that asked for it. */
  matched: string[];
  /** Why there are none. */
  unmatchedReason: string | null;
};

export function eventView(row: EventRow, purged: ReadonlySet<string>): EventSummary {
  const matched = row.matched.filter((id) => !purged.has(id));
  return {
    id: row.event_id,
    type: row.type,
    entity: entityOf(row),
    timestamp: row.timestamp,
    source: row.source,
    acceptedAt: row.accepted_at.toISOString(),
    seq: Number(row.seq),
    matched,
    unmatchedReason:
      row.unmatched_reason ??
      (matched.length > 0 ? null : 'what it matched was deleted with its delivery logs'),
  };
}

/** The event as it stands in `events.v1`: encoded, it is the same bytes. */
export function eventMessageOf(row: EventRow): EventMessage {
  const { event_id: id, tenant_id: tenantId, type, timestamp, source, data } = row;
  return {
    ...{ kind: 'event', id, tenantId, type, entity: entityOf(row), timestamp },
    acceptedAt: row.accepted_at.getTime(),
    ...(source === null ? {} : { source }),
    data,
  };
}

export function profileEventOf(row: EventRow): ProfileEvent {
  return {
    id: row.event_id,
    tenantId: row.tenant_id,
    type: row.type,
    entity: entityOf(row),
    timestamp: row.timestamp,
    ...(row.source === null ? {} : { source: row.source }),
    data: row.data,
  };
}

/**
 * JSON in which the member `data`, found at `mark`, is the publisher's own bytes: a parse and a stringify
 * would show `1.0` as `1` and round big numbers, and people compare what they see here with what they sent.
 */
export function withData(render: (mark: string) => unknown, data: Uint8Array): string {
  const mark = randomUUID();
  const text = data.length === 0 ? 'null' : Buffer.from(data).toString('utf8');
  return JSON.stringify(render(mark)).replace(`"${mark}"`, () => text);
}

export function entityOf({
  entity_name,
  entity_id,
}: Pick<EventRow, 'entity_name' | 'entity_id'>): { name: string; id: string } | null {
  return entity_name === null || entity_id === null ? null : { name: entity_name, id: entity_id };
}
