import {
  auditNotesTopic,
  encodeEvent,
  encodeForget,
  eventsTopic,
  type ForgetMessage,
  retriesTopic,
} from '@posthorn/contracts';
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

/** What retry-scheduler is to forget, in the transaction that learns of it. Told twice is told once. */
export async function fillForgetOutbox(tx: Transaction, forgets: readonly ForgetMessage[]): Promise<void> {
  if (forgets.length === 0) return;
  const byDelivery = new Map(forgets.map((message) => [message.deliveryId, message]));
  await tx.query(
    `INSERT INTO forget_outbox (delivery_id, tenant_id, value)
     SELECT delivery_id, tenant_id, value FROM unnest($1::text[], $2::text[], $3::bytea[]) AS row (delivery_id, tenant_id, value)`,
    columnsOf(
      [...byDelivery.values()],
      [({ deliveryId }) => storable(deliveryId), ({ tenantId }) => storable(tenantId), encodeForget],
    ),
  );
}

/** What waits for a topic: operational events, who ordered what, and what is to be forgotten. */
export const outboxes = [
  { table: 'outbox', topic: eventsTopic },
  { table: 'audit_outbox', topic: auditNotesTopic },
  { table: 'forget_outbox', topic: retriesTopic },
] as const;
export type OutboxTable = (typeof outboxes)[number]['table'];

export function oldestOf(tx: Transaction, table: OutboxTable, max: number): Promise<OutboxRow[]> {
  return tx.query<OutboxRow>(`SELECT id, tenant_id, value FROM ${table} ORDER BY id LIMIT $1`, [max]);
}

export async function removeFrom(
  tx: Transaction,
  table: OutboxTable,
  rows: readonly OutboxRow[],
): Promise<void> {
  await tx.query(`DELETE FROM ${table} WHERE id = ANY($1::bigint[])`, [rows.map(({ id }) => id)]);
}
