import type { AttemptMessage } from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';
import { exchangeOf, moveOutAttempts } from './attempt-rows.js';
import { arraysOf, bigint, type Column, integer, namesOf, rowsOf, text, timestamptz } from './columns.js';
import { type DeliveryState, mergeDelivery, statusOf } from './delivery.js';
import { storable, storableOrNull } from './sql-values.js';

type Row = DeliveryState & ReturnType<typeof statusOf> & { only: AttemptMessage | undefined };

/** What a delivery is, and stays. */
const identity: readonly Column<Row>[] = [
  text('delivery_id', ({ deliveryId }) => deliveryId),
  text('tenant_id', ({ tenantId }) => tenantId),
  text('subscription_id', ({ subscriptionId }) => subscriptionId),
  text('event_id', ({ eventId }) => eventId),
  text('event_type', ({ eventType }) => storable(eventType ?? '')),
  bigint('seq', ({ seq }) => seq),
  text('replay_id', ({ replayId }) => replayId),
];
const state: readonly Column<Row>[] = [
  text('status', ({ status }) => status),
  integer('attempts', ({ attempts }) => attempts),
  timestamptz('next_attempt_at', ({ nextAttemptAt }) => nextAttemptAt),
  integer('last_status', ({ lastStatus }) => lastStatus),
  text('last_error', ({ lastError }) => storableOrNull(lastError)),
  timestamptz('first_attempt_at', ({ firstAttemptAt }) => firstAttemptAt),
  timestamptz('last_attempt_at', ({ lastAttemptAt }) => lastAttemptAt),
  timestamptz('finished_at', ({ finishedAt }) => finishedAt),
  text('told', ({ told }) => told),
  timestamptz('told_at', ({ toldAt }) => toldAt),
  text('ended_as', ({ endedAs }) => endedAs),
  timestamptz('ended_at', ({ endedAt }) => endedAt),
];
const exchange = exchangeOf<Row>(({ only }) => only);

const inserted = [...identity, ...state, ...exchange];
const insert = `INSERT INTO deliveries (${namesOf(inserted)}, partition)
  SELECT ${namesOf(inserted)}, $${inserted.length + 1} FROM ${rowsOf(inserted)}
  ON CONFLICT (delivery_id) DO NOTHING RETURNING delivery_id`;

const updated = [identity[0], ...state];
const changes = [
  ...state.map(({ name }) => `${name} = row.${name}`),
  ...exchange.map(({ name }) => `${name} = NULL`),
];
const update = `UPDATE deliveries AS d SET ${changes.join(', ')} FROM ${rowsOf(updated)}
  WHERE d.delivery_id = row.delivery_id`;

function rowOf(delivery: DeliveryState, only?: AttemptMessage): Row {
  return { ...delivery, ...statusOf(delivery), only };
}

/** By delivery: the attempts that may stand in the rows of their deliveries. */
export type OnlyAttempts = ReadonlyMap<string, AttemptMessage>;

export type Written = {
  /** What the deliveries are now. */
  states: readonly DeliveryState[];
  /** Those of them that were there before: their attempts are rows of `attempts`. */
  known: ReadonlySet<string>;
};

/**
 * Nearly every delivery is new, and delivered at its first attempt: one row. Only those that were there are
 * read, put together and written again, and from then on each of their attempts is a row of its own.
 */
export async function upsertDeliveries(
  tx: Transaction,
  partition: number,
  deliveries: readonly DeliveryState[],
  only: OnlyAttempts,
): Promise<Written> {
  if (deliveries.length === 0) return { states: [], known: new Set() };
  const rows = deliveries.map((delivery) => rowOf(delivery, only.get(delivery.deliveryId)));
  const added = await tx.query<{ delivery_id: string }>(insert, [...arraysOf(inserted, rows), partition]);
  if (added.length === deliveries.length) return { states: deliveries, known: new Set() };
  const isNew = new Set(added.map(({ delivery_id }) => delivery_id));
  const told = new Map(
    deliveries.filter(({ deliveryId }) => !isNew.has(deliveryId)).map((d) => [d.deliveryId, d]),
  );
  const stored = await readForUpdate(tx, [...told.keys()]);
  await moveOutAttempts(tx, [...told.keys()]);
  const merged = stored.map((state) => mergeDelivery(state, told.get(state.deliveryId)!));
  await tx.query(
    update,
    arraysOf(
      updated,
      merged.map((delivery) => rowOf(delivery)),
    ),
  );
  const states = [...deliveries.filter(({ deliveryId }) => isNew.has(deliveryId)), ...merged];
  return { states, known: new Set(told.keys()) };
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
