import type { SubscriptionSnapshot } from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';
import { type EventRow, eventMessageOf } from './event-view.js';
import type { RuleBookStore } from './rule-book.store.js';
import { storable } from './sql-values.js';

/** They are read whole, and may have 256 KiB each. */
const eventsPerStep = 200;

type Beginning = {
  tenant_id: string;
  subscription_id: string;
  partition: number;
  next_seq: string;
  until_seq: string;
};

/** A subscription that begins before its record: what was projected by then knows nothing of it. */
export async function beginInThePast(
  tx: Transaction,
  given: { partition: number; snapshot: SubscriptionSnapshot; fromSeq: number; untilSeq: number },
): Promise<void> {
  const { partition, snapshot, fromSeq, untilSeq } = given;
  await tx.query(
    `INSERT INTO beginnings (tenant_id, subscription_id, partition, next_seq, until_seq) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, subscription_id) DO NOTHING`,
    [storable(snapshot.tenantId), storable(snapshot.id), partition, fromSeq, untilSeq],
  );
}

/** Matches some of those events anew. False: nothing is left, or another instance is at it. */
export async function matchAnew(tx: Transaction, books: RuleBookStore): Promise<boolean> {
  const [beginning] = await tx.query<Beginning>(
    'SELECT * FROM beginnings ORDER BY tenant_id, subscription_id LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  if (!beginning) return false;
  const { tenant_id, subscription_id, partition, next_seq, until_seq } = beginning;
  const book = await books.forReading(tx, partition);
  const events = await tx.query<EventRow>(
    `SELECT * FROM events WHERE tenant_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq LIMIT ${eventsPerStep}`,
    [tenant_id, next_seq, until_seq],
  );
  const matched = events.filter((row) => {
    const event = eventMessageOf(row);
    const isErased = book.erasures.ofSubscription(tenant_id, subscription_id, event.acceptedAt);
    return !isErased && book.matches(tenant_id, subscription_id, event, Number(row.seq));
  });
  await tx.query(
    `UPDATE events SET matched = array_append(events.matched, $2), unmatched_reason = NULL
       FROM unnest($3::bigint[], $4::timestamptz[]) AS row (seq, accepted_at)
      WHERE events.tenant_id = $1 AND events.seq = row.seq AND events.accepted_at = row.accepted_at
        AND NOT events.matched @> ARRAY[$2]::text[]`,
    [
      ...[tenant_id, subscription_id, matched.map(({ seq }) => seq)],
      matched.map(({ accepted_at }) => accepted_at),
    ],
  );
  const its = [tenant_id, subscription_id];
  if (events.length < eventsPerStep)
    await tx.query('DELETE FROM beginnings WHERE tenant_id = $1 AND subscription_id = $2', its);
  else
    await tx.query('UPDATE beginnings SET next_seq = $3 WHERE tenant_id = $1 AND subscription_id = $2', [
      ...[...its, Number(events.at(-1)!.seq) + 1],
    ]);
  return true;
}
