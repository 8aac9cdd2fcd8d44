import type { Transaction } from '@posthorn/runtime';
import { arraysOf, bigint, type Column, integer, namesOf, rowsOf, timestamptz } from './columns.js';

const minuteMs = 60_000;

type Place = { partition: number; seq: number; atMs: number };
type Minute = { partition: number; atMs: number; fromSeq: number; untilSeq: number };

const columns: readonly Column<Minute>[] = [
  integer('partition', ({ partition }) => partition),
  timestamptz('at', ({ atMs }) => atMs),
  bigint('from_seq', ({ fromSeq }) => fromSeq),
  bigint('until_seq', ({ untilSeq }) => untilSeq),
];
const upsert = `INSERT INTO log_minutes AS known (${namesOf(columns)})
  SELECT ${namesOf(columns)} FROM ${rowsOf(columns)}
  ON CONFLICT (partition, at) DO UPDATE
    SET from_seq = least(known.from_seq, excluded.from_seq), until_seq = greatest(known.until_seq, excluded.until_seq)
  WHERE known.from_seq > excluded.from_seq OR known.until_seq < excluded.until_seq`;

/** Which positions hold what was accepted in a minute: so a range of time is looked for by position. */
export async function noteMinutes(tx: Transaction, places: readonly Place[]): Promise<void> {
  const minutes = new Map<string, Minute>();
  for (const { partition, seq, atMs } of places) {
    const at = Math.floor(atMs / minuteMs) * minuteMs;
    const key = `${partition}/${at}`;
    const minute = minutes.get(key);
    if (!minute) minutes.set(key, { partition, atMs: at, fromSeq: seq, untilSeq: seq + 1 });
    else {
      minute.fromSeq = Math.min(minute.fromSeq, seq);
      minute.untilSeq = Math.max(minute.untilSeq, seq + 1);
    }
  }
  await tx.query(upsert, arraysOf(columns, [...minutes.values()]));
}

/** Positions between which everything of that time stands, and perhaps some minutes more. */
export type SeqRange = { fromSeq: number; untilSeq: number };

/**
 * Clocks of those who accept events differ a little, so the minutes next to a bound are looked at, too. A
 * bound that is not given, or lies beyond what is known, is none.
 */
export async function seqRangeOf(
  db: Transaction,
  tenantId: string,
  { fromMs, untilMs }: { fromMs?: number | undefined; untilMs?: number | undefined },
): Promise<SeqRange> {
  const partition = await partitionOf(db, tenantId);
  const [row] = await db.query<Record<'from' | 'until', string | null>>(
    `SELECT (SELECT min(from_seq) FROM (SELECT m.from_seq FROM log_minutes m
              WHERE m.partition = $1 AND m.at >= $2::timestamptz - interval '1 minute'
              ORDER BY m.at LIMIT 3) AS near) AS from,
            (SELECT max(until_seq) FROM (SELECT m.until_seq FROM log_minutes m
              WHERE m.partition = $1 AND m.at < $3::timestamptz + interval '1 minute'
              ORDER BY m.at DESC LIMIT 3) AS near) AS until`,
    [partition, instantOf(fromMs), instantOf(untilMs)],
  );
  const last = Number.MAX_SAFE_INTEGER;
  return {
    // Nothing has been accepted since: nothing is found.
    fromSeq: fromMs === undefined ? 0 : Number(row.from ?? last),
    untilSeq: untilMs === undefined ? last : Number(row.until ?? 0),
  };
}

function instantOf(atMs: number | undefined): Date | null {
  return atMs === undefined ? null : new Date(atMs);
}

/** Where a tenant is in the log; null where it has neither subscriptions nor events. */
export async function partitionOf(db: Transaction, tenantId: string): Promise<number | null> {
  for (const from of [
    'subscriptions WHERE tenant_id = $1',
    'events WHERE tenant_id = $1 ORDER BY seq DESC',
  ]) {
    const [row] = await db.query<{ partition: number }>(`SELECT partition FROM ${from} LIMIT 1`, [tenantId]);
    if (row) return row.partition;
  }
  return null;
}

/** The earliest minute in which something of that place or a later one was accepted; undefined: not known. */
export async function timeOfSeq(
  db: Transaction,
  partition: number | null,
  seq: number,
): Promise<Date | undefined> {
  const [row] = await db.query<{ at: Date | null }>(
    'SELECT min(at) AS at FROM log_minutes WHERE partition = $1 AND until_seq > $2',
    [partition, seq],
  );
  return row.at ?? undefined;
}
