import type { Database } from '@posthorn/runtime';
import { dayMs } from './day-partitions.js';
import type { DeliveryRow } from './delivery-rows.js';
import { entityOf, type EventRow } from './event-view.js';
import { storable } from './sql-values.js';

/** What a list of deliveries shows of an event. */
export type EventFacts = { entity: { name: string; id: string } | null; acceptedAt: string };

type Row = Pick<EventRow, 'seq' | 'entity_name' | 'entity_id' | 'accepted_at'>;

/**
 * Of the deliveries' events, by their place in the log: one look-up by primary key, in the partitions of the
 * days that the deliveries are filed under. A replay's is filed later than its event.
 */
export async function eventFactsOf(
  database: Pick<Database, 'query'>,
  tenantId: string,
  deliveries: readonly Pick<DeliveryRow, 'seq' | 'replay_id' | 'filed'>[],
): Promise<Map<number, EventFacts>> {
  if (deliveries.length === 0) return new Map();
  const days = deliveries.map(({ filed }) => Date.parse(filed));
  const hasReplays = deliveries.some(({ replay_id }) => replay_id !== '');
  const since = hasReplays ? [] : [new Date(Math.min(...days) - dayMs)];
  const rows = await database.query<Row>(
    `SELECT seq, entity_name, entity_id, accepted_at FROM events
      WHERE tenant_id = $1 AND seq = ANY ($2::bigint[]) AND accepted_at < $3${
        hasReplays ? '' : ' AND accepted_at >= $4'
      }`,
    [
      storable(tenantId),
      [...new Set(deliveries.map(({ seq }) => seq))],
      new Date(Math.max(...days) + 2 * dayMs),
      ...since,
    ],
  );
  return new Map(
    rows.map((row) => [
      Number(row.seq),
      { entity: entityOf(row), acceptedAt: row.accepted_at.toISOString() },
    ]),
  );
}
