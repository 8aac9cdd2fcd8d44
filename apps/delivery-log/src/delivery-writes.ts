import type { Transaction } from '@posthorn/runtime';
import { type DeliveryState, mergeDelivery, statusOf } from './delivery.js';
import { columnsOf, storable, storableOrNull } from './sql-values.js';

const columns = `delivery_id, tenant_id, subscription_id, event_id, event_type, seq, replay_id, status, attempts,
  next_attempt_at, last_status, last_error, first_attempt_at, last_attempt_at, finished_at, told, told_at, ended_as,
  ended_at`;

const rowsGiven = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
    $9::int[], $10::float8[], $11::int[], $12::text[], $13::float8[], $14::float8[], $15::float8[], $16::text[],
    $17::float8[], $18::text[], $19::float8[])
  AS row (delivery_id, tenant_id, subscription_id, event_id, event_type, seq, replay_id, status, attempts, next_ms,
          last_status, last_error, first_ms, last_ms, finished_ms, told, told_ms, ended_as, ended_ms)`;

function valuesOf(deliveries: readonly DeliveryState[]): unknown[][] {
  const rows = deliveries.map((state) => ({ ...state, ...statusOf(state) }));
  return columnsOf(rows, [
    ({ deliveryId }) => deliveryId,
    ({ tenantId }) => tenantId,
    ({ subscriptionId }) => subscriptionId,
    ({ eventId }) => eventId,
    ({ eventType }) => storable(eventType ?? ''),
    ({ seq }) => seq,
    ({ replayId }) => replayId,
    ({ status }) => status,
    ({ attempts }) => attempts,
    ({ nextAttemptAt }) => nextAttemptAt,
    ({ lastStatus }) => lastStatus,
    ({ lastError }) => storableOrNull(lastError),
    ({ firstAttemptAt }) => firstAttemptAt,
    ({ lastAttemptAt }) => lastAttemptAt,
    ({ finishedAt }) => finishedAt,
    ({ told }) => told,
    ({ toldAt }) => toldAt,
    ({ endedAs }) => endedAs,
    ({ endedAt }) => endedAt,
  ]);
}

/**
 * Nearly every delivery is new: only those that are not are read, put together and written again. Answers
 * with what they are now.
 */
export async function upsertDeliveries(
  tx: Transaction,
  partition: number,
  deliveries: readonly DeliveryState[],
): Promise<DeliveryState[]> {
  if (deliveries.length === 0) return [];
  const inserted = await tx.query<{ delivery_id: string }>(
    `INSERT INTO deliveries (${columns}, partition)
     SELECT delivery_id, tenant_id, subscription_id, event_id, event_type, seq, replay_id, status, attempts,
            to_timestamp(next_ms / 1000.0), last_status, last_error, to_timestamp(first_ms / 1000.0),
            to_timestamp(last_ms / 1000.0), to_timestamp(finished_ms / 1000.0), told, to_timestamp(told_ms / 1000.0),
            ended_as, to_timestamp(ended_ms / 1000.0), $20
       FROM ${rowsGiven}
     ON CONFLICT (delivery_id) DO NOTHING RETURNING delivery_id`,
    [...valuesOf(deliveries), partition],
  );
  if (inserted.length === deliveries.length) return [...deliveries];
  const isNew = new Set(inserted.map(({ delivery_id }) => delivery_id));
  const told = new Map(
    deliveries.filter(({ deliveryId }) => !isNew.has(deliveryId)).map((d) => [d.deliveryId, d]),
  );
  const known = await readForUpdate(tx, [...told.keys()]);
  const merged = known.map((state) => mergeDelivery(state, told.get(state.deliveryId)!));
  await updateDeliveries(tx, merged);
  return [...deliveries.filter(({ deliveryId }) => isNew.has(deliveryId)), ...merged];
}

type StoredRow = Omit<DeliveryState, 'seq'> & { seq: string };

async function readForUpdate(tx: Transaction, deliveryIds: readonly string[]): Promise<DeliveryState[]> {
  const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
  const rows = await tx.query<StoredRow>(
    `SELECT delivery_id AS "deliveryId", tenant_id AS "tenantId", subscription_id AS "subscriptionId",
            event_id AS "eventId", event_type AS "eventType", seq, replay_id AS "replayId", attempts, told,
            ${ms('told_at')} AS "toldAt", ${ms('next_attempt_at')} AS "nextAttemptAt",
            last_status AS "lastStatus", last_error AS "lastError", ${ms('first_attempt_at')} AS "firstAttemptAt",
            ${ms('last_attempt_at')} AS "lastAttemptAt", ended_as AS "endedAs", ${ms('ended_at')} AS "endedAt"
       FROM deliveries WHERE delivery_id = ANY($1) ORDER BY delivery_id FOR UPDATE`,
    [deliveryIds],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

async function updateDeliveries(tx: Transaction, deliveries: readonly DeliveryState[]): Promise<void> {
  await tx.query(
    `UPDATE deliveries AS d
        SET status = row.status, attempts = row.attempts, next_attempt_at = to_timestamp(next_ms / 1000.0),
            last_status = row.last_status, last_error = row.last_error,
            first_attempt_at = to_timestamp(first_ms / 1000.0), last_attempt_at = to_timestamp(last_ms / 1000.0),
            finished_at = to_timestamp(finished_ms / 1000.0), told = row.told,
            told_at = to_timestamp(told_ms / 1000.0), ended_as = row.ended_as,
            ended_at = to_timestamp(ended_ms / 1000.0)
       FROM ${rowsGiven} WHERE d.delivery_id = row.delivery_id`,
    valuesOf(deliveries),
  );
}
