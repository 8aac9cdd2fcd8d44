import {
  decodeEvents,
  decodeRetry,
  type ForgetMessage,
  type RetryMessage,
  UndecodableError,
} from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';

/** Events expire after seven days: nothing is written of an older one. */
const keptDays = 8;
/** Timers are looked into, and an event may have 256 KiB. */
const lookedIntoAtOnce = 50;

/** Their timers go, and it is kept that they did. An event that was published again since keeps its own. */
export async function forget(
  tx: Transaction,
  partition: number,
  all: readonly ForgetMessage[],
): Promise<void> {
  if (all.length === 0) return;
  const byDelivery = new Map(all.map((message) => [message.deliveryId, message]));
  const ids = [...byDelivery.keys()];
  const timers = await tx.query<{ id: string }>(
    'SELECT delivery_id AS id FROM delivery_timers WHERE partition = $1 AND delivery_id = ANY($2::text[])',
    [partition, ids],
  );
  for (let at = 0; at < timers.length; at += lookedIntoAtOnce) {
    const some = timers.slice(at, at + lookedIntoAtOnce).map(({ id }) => id);
    await removeTimers(tx, partition, some, byDelivery);
  }
  await tx.query(
    `INSERT INTO forgotten (partition, delivery_id, accepted_before)
     SELECT $1, delivery_id, accepted_before FROM unnest($2::text[], $3::bigint[]) AS row (delivery_id, accepted_before)
     ON CONFLICT (partition, delivery_id) DO UPDATE
       SET accepted_before = greatest(forgotten.accepted_before, excluded.accepted_before), at = now()`,
    [partition, ids, [...byDelivery.values()].map(({ acceptedBefore }) => Math.ceil(acceptedBefore))],
  );
  await tx.query(`DELETE FROM forgotten WHERE at < now() - make_interval(days => ${keptDays})`);
}

async function removeTimers(
  tx: Transaction,
  partition: number,
  ids: readonly string[],
  byDelivery: ReadonlyMap<string, ForgetMessage>,
): Promise<void> {
  const rows = await tx.query<{ id: string; message: Buffer }>(
    `SELECT delivery_id AS id, message FROM delivery_timers
      WHERE partition = $1 AND delivery_id = ANY($2::text[])`,
    [partition, ids],
  );
  const gone = rows.filter(({ id, message }) =>
    isBefore(decodeRetry(message).event, byDelivery.get(id)!.acceptedBefore),
  );
  await tx.query('DELETE FROM delivery_timers WHERE partition = $1 AND delivery_id = ANY($2::text[])', [
    partition,
    gone.map(({ id }) => id),
  ]);
}

/** What nobody can read nobody can send either: it goes, too. */
function isBefore(event: Buffer, limit: number): boolean {
  try {
    const message = decodeEvents(event);
    return message.kind === 'event' && message.acceptedAt < limit;
  } catch (err) {
    if (err instanceof UndecodableError) return true;
    throw err;
  }
}

/** Which of these are of deliveries that were erased, and not of an event that was published again since. */
export async function forgotten(
  tx: Transaction,
  partition: number,
  retries: readonly RetryMessage[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: string; before: string }>(
    `SELECT delivery_id AS id, accepted_before AS before FROM forgotten
      WHERE partition = $1 AND delivery_id = ANY($2::text[])`,
    [partition, retries.map(({ deliveryId }) => deliveryId)],
  );
  const before = new Map(rows.map((row) => [row.id, Number(row.before)]));
  const gone = retries.filter(({ deliveryId, event }) => {
    const limit = before.get(deliveryId);
    return limit !== undefined && isBefore(event, limit);
  });
  return new Set(gone.map(({ deliveryId }) => deliveryId));
}
