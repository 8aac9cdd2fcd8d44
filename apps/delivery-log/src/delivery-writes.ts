import type { BulkTransaction, Transaction } from '@posthorn/runtime';
import {
  deliveryKeys,
  type DeliveryKey,
  exchangeOf,
  moveOutAttempts,
  ofDeliveryKeys,
  paramsOf,
} from './attempt-rows.js';
import {
  arraysOf,
  bigint,
  type Column,
  date,
  integer,
  namesOf,
  rowsOf,
  text,
  timestamptz,
} from './columns.js';
import { CopiedRows } from './copied-rows.js';
import { type DeliveryState, type FiledAttempt, mergeDelivery, statusOf } from './delivery.js';
import { storable, storableOrNull } from './sql-values.js';

/** Thousands at a time, so nothing of it is copied. */
type Row = {
  delivery: DeliveryState;
  is: ReturnType<typeof statusOf>;
  partition: number;
  only: FiledAttempt | undefined;
};

/** What a delivery is, and stays. */
const key: readonly Column<Row>[] = [
  text('delivery_id', ({ delivery }) => delivery.deliveryId),
  date('day', ({ delivery }) => delivery.day),
];
const identity: readonly Column<Row>[] = [
  ...key,
  text('tenant_id', ({ delivery }) => delivery.tenantId),
  text('subscription_id', ({ delivery }) => delivery.subscriptionId),
  text('event_id', ({ delivery }) => delivery.eventId),
  text('event_type', ({ delivery }) => storable(delivery.eventType ?? '')),
  bigint('seq', ({ delivery }) => delivery.seq),
  text('replay_id', ({ delivery }) => delivery.replayId),
];
const state: readonly Column<Row>[] = [
  text('status', ({ is }) => is.status),
  integer('attempts', ({ delivery }) => delivery.attempts),
  timestamptz('next_attempt_at', ({ is }) => is.nextAttemptAt),
  integer('last_status', ({ delivery }) => delivery.lastStatus),
  text('last_error', ({ delivery }) => storableOrNull(delivery.lastError)),
  timestamptz('first_attempt_at', ({ delivery }) => delivery.firstAttemptAt),
  timestamptz('last_attempt_at', ({ delivery }) => delivery.lastAttemptAt),
  timestamptz('finished_at', ({ is }) => is.finishedAt),
  text('told', ({ delivery }) => delivery.told),
  timestamptz('told_at', ({ delivery }) => delivery.toldAt),
  text('ended_as', ({ delivery }) => delivery.endedAs),
  timestamptz('ended_at', ({ delivery }) => delivery.endedAt),
];
const exchange = exchangeOf<Row>(({ only }) => only);

/** As `DeliveryState` has it; the driver would make a date in its own time zone of it. */
const dayNumber = `(day - date '1970-01-01') AS day`;

const inserted = [
  ...identity,
  ...state,
  ...exchange,
  integer<Row>('partition', ({ partition }) => partition),
];
const copied = new CopiedRows('deliveries', inserted);
const insert = `INSERT INTO deliveries (${namesOf(inserted)})
  SELECT ${namesOf(inserted)} FROM ${rowsOf(inserted)}
  ON CONFLICT (${namesOf(key)}) DO NOTHING RETURNING delivery_id, ${dayNumber}`;

const updated = [...key, ...state];
const changes = [
  ...state.map(({ name }) => `${name} = row.${name}`),
  ...exchange.map(({ name }) => `${name} = NULL`),
];
const update = `UPDATE deliveries AS d SET ${changes.join(', ')} FROM ${rowsOf(updated)}
  WHERE ${ofDeliveryKeys('d')}`;

/** What tells deliveries apart: an event may be published again on another day, under the same id. */
export const keyOf = ({ deliveryId, day }: DeliveryKey): string => `${deliveryId}/${day}`;

/** By delivery's key: the attempts that may stand in the rows of their deliveries. */
export type OnlyAttempts = ReadonlyMap<string, FiledAttempt>;

export type Written = {
  /** What the deliveries are now. */
  states: readonly DeliveryState[];
  /** Keys of those of them that were there before: their attempts are rows of `attempts`. */
  known: ReadonlySet<string>;
};

/**
 * Nearly every delivery is new, and delivered at its first attempt: one row. Only those that were there are
 * read, put together and written again, and from then on each of their attempts is a row of its own.
 */
export async function upsertDeliveries(
  tx: BulkTransaction,
  partitionOf: (tenantId: string) => number,
  deliveries: readonly DeliveryState[],
  only: OnlyAttempts,
): Promise<Written> {
  if (deliveries.length === 0) return { states: [], known: new Set() };
  const rowOf = (delivery: DeliveryState, alone?: FiledAttempt): Row => {
    const partition = partitionOf(delivery.tenantId);
    return { delivery, is: statusOf(delivery), partition, only: alone };
  };
  const rows = deliveries.map((delivery) => rowOf(delivery, only.get(keyOf(delivery))));
  const repeated = await insertedBefore(tx, rows);
  if (repeated.length === 0) return { states: deliveries, known: new Set() };
  const told = new Map(repeated.map((delivery) => [keyOf(delivery), delivery]));
  const stored = await readForUpdate(tx, repeated);
  await moveOutAttempts(tx, repeated);
  const merged = stored.map((state) => mergeDelivery(state, told.get(keyOf(state))!));
  await tx.query(
    update,
    arraysOf(
      updated,
      merged.map((delivery) => rowOf(delivery)),
    ),
  );
  const states = [...deliveries.filter((delivery) => !told.has(keyOf(delivery))), ...merged];
  return { states, known: new Set(told.keys()) };
}

/** Writes those that are new and answers with the others. */
async function insertedBefore(tx: BulkTransaction, rows: readonly Row[]): Promise<DeliveryState[]> {
  const first = rows.filter(isFirst);
  const left = (await copied.write(tx, first)) ? rows.filter((row) => !isFirst(row)) : rows;
  if (left.length === 0) return [];
  const added = await tx.query<{ delivery_id: string; day: number }>(insert, arraysOf(inserted, left));
  if (added.length === left.length) return [];
  const isNew = new Set(added.map(({ delivery_id, day }) => keyOf({ deliveryId: delivery_id, day })));
  return left.flatMap(({ delivery }) => (isNew.has(keyOf(delivery)) ? [] : [delivery]));
}

/** Of a delivery that is told of for the first time, unless that is repeated. */
const isFirst = ({ delivery }: Row): boolean => delivery.attempts === 1;

type StoredRow = Omit<DeliveryState, 'seq'> & { seq: string };

async function readForUpdate(tx: Transaction, deliveries: readonly DeliveryKey[]): Promise<DeliveryState[]> {
  const ms = (column: string) => `(extract(epoch FROM d.${column}) * 1000)::float8`;
  const rows = await tx.query<StoredRow>(
    `SELECT d.delivery_id AS "deliveryId", ${dayNumber.replace('day', 'd.day')}, tenant_id AS "tenantId",
            subscription_id AS "subscriptionId", event_id AS "eventId", event_type AS "eventType", seq,
            replay_id AS "replayId", attempts, told, ${ms('told_at')} AS "toldAt",
            ${ms('next_attempt_at')} AS "nextAttemptAt", last_status AS "lastStatus", last_error AS "lastError",
            ${ms('first_attempt_at')} AS "firstAttemptAt", ${ms('last_attempt_at')} AS "lastAttemptAt",
            ended_as AS "endedAs", ${ms('ended_at')} AS "endedAt"
       FROM deliveries d, ${deliveryKeys} WHERE ${ofDeliveryKeys('d')} ORDER BY d.delivery_id, d.day FOR UPDATE OF d`,
    paramsOf(deliveries),
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}
