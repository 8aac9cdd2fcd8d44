import type { AttemptMessage } from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';
import { dayOf } from './day-partitions.js';
import type { FiledAttempt } from './delivery.js';
import { storable } from './sql-values.js';

/**
 * Every record of a delivery has to be filed under one day, whenever it comes: that on which its event was
 * accepted, which the records carry. Those of a replay do not belong to that day, and those of older
 * dispatchers do not say it: what is stored of their deliveries counts, or else the event's own row, or
 * else the day of the first attempt that is told. One transaction at a time writes a tenant's deliveries,
 * so nobody stores another day meanwhile.
 *
 * Whoever makes the days from `fromDay` on anew asks the tables in use, too: what they have under an earlier
 * day stays there.
 */
export async function filed(
  tx: Transaction,
  records: readonly AttemptMessage[],
  fromDay = 0,
): Promise<FiledAttempt[]> {
  const unsure = records.filter((record) => dayOfRecord(record) === undefined);
  const days = unsure.length > 0 ? await daysOf(tx, unsure, fromDay) : new Map<string, number>();
  return records.map((record) => {
    const day = dayOfRecord(record) ?? days.get(record.deliveryId)!;
    return Object.assign(record, { day });
  });
}

function dayOfRecord({ acceptedAt, replayId }: AttemptMessage): number | undefined {
  return acceptedAt === undefined || (replayId ?? '') !== '' ? undefined : dayOf(acceptedAt);
}

async function daysOf(
  tx: Transaction,
  records: readonly AttemptMessage[],
  fromDay: number,
): Promise<Map<string, number>> {
  const days = new Map<string, number>();
  for (const { deliveryId, startedAt } of records) {
    const day = dayOf(startedAt);
    if (day < (days.get(deliveryId) ?? Infinity)) days.set(deliveryId, day);
  }
  const byEvent = records.filter(({ replayId }) => (replayId ?? '') === '');
  for (const [id, day] of await daysOfEvents(tx, byEvent)) days.set(id, day);
  for (const [id, day] of await storedDays(tx, [...days.keys()], fromDay)) days.set(id, day);
  return days;
}

async function storedDays(
  tx: Transaction,
  deliveryIds: readonly string[],
  fromDay: number,
): Promise<[string, number][]> {
  const kept = `UNION ALL SELECT delivery_id, day FROM delivery_log.deliveries
    WHERE delivery_id = ANY($1) AND day < date '1970-01-01' + $2::int`;
  const rows = await tx.query<{ id: string; day: number }>(
    `SELECT delivery_id AS id, min(day) - date '1970-01-01' AS day
       FROM (SELECT delivery_id, day FROM deliveries WHERE delivery_id = ANY($1)
             ${fromDay > 0 ? kept : ''}) AS stored GROUP BY delivery_id`,
    fromDay > 0 ? [deliveryIds, fromDay] : [deliveryIds],
  );
  return rows.map(({ id, day }) => [id, day]);
}

async function daysOfEvents(
  tx: Transaction,
  records: readonly AttemptMessage[],
): Promise<[string, number][]> {
  if (records.length === 0) return [];
  const rows = await tx.query<{ id: string; day: number }>(
    `SELECT row.id, (e.accepted_at AT TIME ZONE 'UTC')::date - date '1970-01-01' AS day
       FROM unnest($1::text[], $2::text[], $3::bigint[]) AS row (id, tenant_id, seq)
       JOIN events e ON e.tenant_id = row.tenant_id AND e.seq = row.seq`,
    [
      records.map(({ deliveryId }) => deliveryId),
      records.map(({ tenantId }) => storable(tenantId)),
      records.map(({ seq }) => seq),
    ],
  );
  return rows.map(({ id, day }) => [id, day]);
}
