import { encodeEvent } from '@posthorn/contracts';
import type { OperationalEvent } from '@posthorn/domain';
import type { Transaction } from '@posthorn/runtime';
import { columnsOf, storable } from './sql-values.js';

export type OutboxRow = { id: string; tenant_id: string; value: Buffer };

/** In the transaction of what they tell of. A repeat while the first still waits is the first. */
export async function fillOutbox(tx: Transaction, events: readonly OperationalEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `INSERT INTO outbox (event_id, tenant_id, value)
     SELECT event_id, tenant_id, value FROM unnest($1::text[], $2::text[], $3::bytea[]) AS row (event_id, tenant_id, value)
     ON CONFLICT (event_id) DO NOTHING`,
    columnsOf(events, [({ id }) => id, ({ tenantId }) => storable(tenantId), (event) => encodeEvent(event)]),
  );
}

export function oldestOf(tx: Transaction, max: number): Promise<OutboxRow[]> {
  return tx.query<OutboxRow>('SELECT id, tenant_id, value FROM outbox ORDER BY id LIMIT $1', [max]);
}

export async function removeFromOutbox(tx: Transaction, rows: readonly OutboxRow[]): Promise<void> {
  await tx.query('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [rows.map(({ id }) => id)]);
}
