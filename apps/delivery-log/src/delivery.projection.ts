import { type AttemptMessage, decodeAttempts, type LaneCancelled } from '@posthorn/contracts';
import type { ProjectionBatch, Transaction } from '@posthorn/runtime';
import { insertAttempts } from './attempt-rows.js';
import { deliveryOf, type DeliveryState, isBetterRecord, mergeDelivery } from './delivery.js';
import type { RuleBookStore } from './rule-book.store.js';
import { columnsOf, storable, storableOrNull } from './sql-values.js';

/**
 * `attempts.v1` into `deliveries` and `attempts`. Safe under repeats and reordering: the highest attempt
 * says what happened last, and what is over never waits again. Attempts may come before their event.
 */
export class DeliveryProjection {
  constructor(private readonly books: RuleBookStore) {}

  async apply({ partition, records }: ProjectionBatch, tx: Transaction): Promise<void> {
    const book = await this.books.forReading(tx, partition);
    const attempts = new Map<string, AttemptMessage>();
    const deliveries = new Map<string, DeliveryState>();
    const cancelled: LaneCancelled[] = [];
    for (const { value } of records) {
      const message = decodeAttempts(value);
      if (book.isGone(message.tenantId, message.subscriptionId)) continue;
      if (message.kind === 'lane-cancelled') {
        cancelled.push(message);
        continue;
      }
      const attempt = `${message.deliveryId}/${message.attempt}`;
      const known = attempts.get(attempt);
      if (!known || isBetterRecord(message, known)) attempts.set(attempt, message);
      const delivery = deliveries.get(message.deliveryId);
      const told = deliveryOf(message);
      deliveries.set(message.deliveryId, delivery ? mergeDelivery(delivery, told) : told);
    }
    await insertAttempts(tx, [...attempts.values()]);
    await upsertDeliveries(tx, partition, [...deliveries.values()]);
    for (const message of cancelled) await cancel(tx, message);
    await applyCancellations(tx, [...deliveries.values()]);
  }
}

const columns = `delivery_id, tenant_id, subscription_id, event_id, event_type, seq, replay_id, status, attempts,
  next_attempt_at, last_status, last_error, first_attempt_at, last_attempt_at, finished_at`;

const rowsGiven = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
    $9::int[], $10::float8[], $11::int[], $12::text[], $13::float8[], $14::float8[], $15::float8[])
  AS row (delivery_id, tenant_id, subscription_id, event_id, event_type, seq, replay_id, status, attempts, next_ms,
          last_status, last_error, first_ms, last_ms, finished_ms)`;

function valuesOf(deliveries: readonly DeliveryState[]): unknown[][] {
  return columnsOf(deliveries, [
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
  ]);
}

/** Nearly every delivery is new: only those that are not are read, put together and written again. */
async function upsertDeliveries(
  tx: Transaction,
  partition: number,
  deliveries: readonly DeliveryState[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const inserted = await tx.query<{ delivery_id: string }>(
    `INSERT INTO deliveries (${columns}, partition)
     SELECT delivery_id, tenant_id, subscription_id, event_id, event_type, seq, replay_id, status, attempts,
            to_timestamp(next_ms / 1000.0), last_status, last_error, to_timestamp(first_ms / 1000.0),
            to_timestamp(last_ms / 1000.0), to_timestamp(finished_ms / 1000.0), $16
       FROM ${rowsGiven}
     ON CONFLICT (delivery_id) DO NOTHING RETURNING delivery_id`,
    [...valuesOf(deliveries), partition],
  );
  if (inserted.length === deliveries.length) return;
  const isNew = new Set(inserted.map(({ delivery_id }) => delivery_id));
  const told = new Map(
    deliveries.filter(({ deliveryId }) => !isNew.has(deliveryId)).map((d) => [d.deliveryId, d]),
  );
  const known = await readForUpdate(tx, [...told.keys()]);
  await updateDeliveries(
    tx,
    known.map((state) => mergeDelivery(state, told.get(state.deliveryId)!)),
  );
}

type DeliveryRow = Omit<DeliveryState, 'seq'> & { seq: string };

async function readForUpdate(tx: Transaction, deliveryIds: readonly string[]): Promise<DeliveryState[]> {
  const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
  const rows = await tx.query<DeliveryRow>(
    `SELECT delivery_id AS "deliveryId", tenant_id AS "tenantId", subscription_id AS "subscriptionId",
            event_id AS "eventId", event_type AS "eventType", seq, replay_id AS "replayId", status, attempts,
            ${ms('next_attempt_at')} AS "nextAttemptAt", last_status AS "lastStatus", last_error AS "lastError",
            ${ms('first_attempt_at')} AS "firstAttemptAt", ${ms('last_attempt_at')} AS "lastAttemptAt",
            ${ms('finished_at')} AS "finishedAt"
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
            finished_at = to_timestamp(finished_ms / 1000.0)
       FROM ${rowsGiven} WHERE d.delivery_id = row.delivery_id`,
    valuesOf(deliveries),
  );
}

/** A replay's lane holds that replay's deliveries, every other lane those made when their events came. */
function replayOfLane(lane: string): string {
  return lane.startsWith('replay/') ? lane.slice('replay/'.length) : '';
}

/**
 * Expired is stronger than cancelled, and the earliest of several ends counts: so neither order nor repeats
 * matter. Whatever attempts told of an end is stronger.
 */
const endedByRange = (ending: string, at: string): string =>
  `status = CASE WHEN 'expired' IN (d.status, ${ending}) THEN 'expired' ELSE 'cancelled' END, next_attempt_at = NULL, finished_at = least(d.finished_at, ${at})`;
const mayEnd = `d.status IN ('waiting', 'cancelled', 'expired')`;

/** The range is kept: events that are projected later find in it why nobody sends them. */
async function cancel(tx: Transaction, message: LaneCancelled): Promise<void> {
  const { tenantId, subscriptionId, lane, fromSeq, untilSeq, at, reason } = message;
  const ending = reason === 'expired' ? 'expired' : 'cancelled';
  await tx.query(
    `INSERT INTO cancellations AS known (tenant_id, subscription_id, replay_id, from_seq, until_seq, at, reason, ending)
     VALUES ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000.0), $7, $8)
     ON CONFLICT (tenant_id, subscription_id, replay_id, from_seq, until_seq) DO UPDATE
       SET at = least(known.at, excluded.at), ending = greatest(known.ending, excluded.ending)`,
    [
      tenantId,
      subscriptionId,
      replayOfLane(lane),
      fromSeq,
      untilSeq,
      at,
      storable(reason ?? 'skipped'),
      ending,
    ],
  );
  await tx.query(
    `UPDATE deliveries AS d SET ${endedByRange('$7', 'to_timestamp($6::float8 / 1000.0)')}
      WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND d.replay_id = $3 AND d.seq >= $4 AND d.seq < $5
        AND ${mayEnd}`,
    [tenantId, subscriptionId, replayOfLane(lane), fromSeq, untilSeq, at, ending],
  );
}

/** For attempts that are told after the range that covers them. */
async function applyCancellations(tx: Transaction, deliveries: readonly DeliveryState[]): Promise<void> {
  const open = deliveries.filter(({ status }) => status !== 'delivered' && status !== 'failed');
  if (open.length === 0) return;
  await tx.query(
    `WITH covered AS (
       SELECT d.delivery_id, min(c.at) AS at, max(c.ending) AS ending
         FROM deliveries d
         JOIN cancellations c ON c.tenant_id = d.tenant_id AND c.subscription_id = d.subscription_id
          AND c.replay_id = d.replay_id AND d.seq >= c.from_seq AND d.seq < c.until_seq
        WHERE d.delivery_id = ANY($1) AND ${mayEnd}
        GROUP BY d.delivery_id
     )
     UPDATE deliveries AS d SET ${endedByRange('covered.ending', 'covered.at')}
       FROM covered WHERE d.delivery_id = covered.delivery_id`,
    [open.map(({ deliveryId }) => deliveryId)],
  );
}
