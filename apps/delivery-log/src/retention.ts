import type { Database, Transaction } from '@posthorn/runtime';
import {
  attachStatement,
  createStatements,
  dateText,
  type PartitionedTable,
  partitionsLock,
  type Span,
  spanOf,
  spansOf,
} from './day-partitions.js';

/** Others must not wait behind us for a lock that we wait for ourselves: it is tried again. */
const lockTimeout = `SET LOCAL lock_timeout = '1s'`;
const rowsPerStep = 2_000;
/** What only touches the catalogue, and what copies a whole day. */
const quickMs = 30_000;
const copyMs = 20 * 60_000;

/** Work on partitions is one instance's at a time. False: another one is at it. */
async function alone(
  db: Database,
  work: (tx: Transaction) => Promise<void>,
  statementTimeoutMs = quickMs,
): Promise<boolean> {
  const exclusively = async (tx: Transaction): Promise<boolean> => {
    const [{ mine }] = await tx.query<{ mine: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${partitionsLock}) AS mine`,
    );
    if (!mine) return false;
    await tx.query(lockTimeout);
    await work(tx);
    return true;
  };
  return db.transaction(exclusively, { statementTimeoutMs });
}

/** Makes the partitions that hold these instants, where they are missing. */
export async function makeAhead(
  db: Database,
  table: PartitionedTable,
  instants: readonly number[],
): Promise<void> {
  const wanted = new Map(instants.map((atMs) => [spanOf(table, atMs).name, spanOf(table, atMs)]));
  const missing = async (tx: Transaction): Promise<Span[]> => {
    const there = new Set((await spansOf(tx, table)).map(({ name }) => name));
    return [...wanted.values()].filter(({ name }) => !there.has(name));
  };
  if ((await missing(db)).length === 0) return;
  await alone(db, async (tx) => {
    for (const span of await missing(tx))
      for (const statement of createStatements(table, span)) await tx.query(statement);
  });
}

/** Partitions of which everything is older. */
export async function overBefore(
  db: Database,
  tables: readonly PartitionedTable[],
  untilMs: number,
): Promise<string[]> {
  const over: string[] = [];
  for (const table of tables)
    for (const span of await spansOf(db, table)) if (span.untilMs <= untilMs) over.push(span.name);
  return over;
}

/**
 * All at once, whatever stands in it: no row is looked at. One at a time: readers and writers wait for each
 * only as long as it takes. False: another instance is at it.
 */
export function dropPartition(db: Database, name: string): Promise<boolean> {
  return alone(db, (tx) => tx.query(`DROP TABLE IF EXISTS ${name}`).then(() => undefined));
}

/**
 * Of that day only these tenants' rows stay: they are copied, and the partition goes. A comment on what was
 * made so tells whom it was made for. Nothing writes to a day that is past, and who tries waits meanwhile.
 * The rows of `attempts` are those of the day's deliveries, so both are given together, attempts first.
 */
export async function keepOnly(
  db: Database,
  tables: readonly PartitionedTable[],
  fromMs: number,
  tenantIds: readonly string[],
): Promise<boolean> {
  const mark = `kept for ${tenantIds.join(', ')}`;
  const spans = tables.map((table) => ({ table, span: spanOf(table, fromMs) }));
  const names = spans.map(({ span }) => span.name);
  const rows = await db.query<{ mark: string | null }>(
    `SELECT obj_description(oid, 'pg_class') AS mark FROM pg_class WHERE oid = ANY($1::text[]::regclass[])`,
    [await existing(db, names)],
  );
  if (rows.every((row) => row.mark === mark)) return false;
  const copy = async (tx: Transaction): Promise<void> => {
    await tx.query(`LOCK TABLE ${names.join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
    for (const { table, span } of spans) await copyKept(tx, table, span, tenantIds);
    for (const { table, span } of spans) {
      await tx.query(`DROP TABLE ${span.name}`);
      await tx.query(`ALTER TABLE kept_${span.name} RENAME TO ${span.name}`);
      await tx.query(attachStatement(table, span));
      await tx.query(`COMMENT ON TABLE ${span.name} IS ${literal(mark)}`);
    }
  };
  return alone(db, copy, copyMs);
}

async function existing(db: Transaction, names: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL',
    [names],
  );
  return rows.map(({ name }) => name);
}

async function copyKept(
  tx: Transaction,
  table: PartitionedTable,
  { name, fromMs }: Span,
  tenantIds: readonly string[],
): Promise<void> {
  // With its indexes: attaching it later has nothing to build.
  await tx.query(`CREATE TABLE kept_${name} (LIKE ${name} INCLUDING ALL)`);
  const isKept =
    table === 'attempts'
      ? `EXISTS (SELECT 1 FROM ${spanOf('deliveries', fromMs).name} d
                  WHERE d.delivery_id = row.delivery_id AND d.tenant_id = ANY($1))`
      : 'row.tenant_id = ANY($1)';
  await tx.query(`INSERT INTO kept_${name} SELECT row.* FROM ${name} row WHERE ${isKept}`, [tenantIds]);
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A tenant that keeps less than others: some of its rows of days before that. False: there are none left. */
export async function thin(
  db: Database,
  table: 'events' | 'deliveries',
  tenantId: string,
  beforeMs: number,
): Promise<boolean> {
  const [key, day, isBefore] =
    table === 'events'
      ? ['seq', `(accepted_at AT TIME ZONE 'UTC')::date`, 'accepted_at < $2::timestamptz']
      : ['delivery_id', 'day', 'day < $2::date'];
  const [found] = await db.query<{ day: string }>(
    `SELECT ${day}::text AS day FROM ${table} WHERE tenant_id = $1 AND ${isBefore} LIMIT 1`,
    [tenantId, `${dateText(beforeMs)}T00:00:00Z`],
  );
  if (!found) return false;
  const { name } = spanOf(table, Date.parse(found.day));
  const attempts = spanOf('attempts', Date.parse(found.day)).name;
  await db.query(
    `WITH gone AS (
       DELETE FROM ${name} WHERE tenant_id = $1
          AND ${key} IN (SELECT ${key} FROM ${name} WHERE tenant_id = $1 LIMIT ${rowsPerStep}) RETURNING ${key}
     )${table === 'deliveries' ? `, gone_attempts AS (DELETE FROM ${attempts} a USING gone WHERE a.delivery_id = gone.delivery_id)` : ''}
     SELECT count(*) FROM gone`,
    [tenantId],
  );
  return true;
}

/** A part of what is that old, of a table that is not partitioned. False: there is none left. */
export async function forget(
  db: Database,
  table: 'log_minutes' | 'cancellations' | 'erased_events',
  before: Date,
): Promise<boolean> {
  const [{ gone }] = await db.query<{ gone: number }>(
    `WITH gone AS (
       DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE at < $1 LIMIT ${rowsPerStep}))
       RETURNING 1
     ) SELECT count(*)::int AS gone FROM gone`,
    [before],
  );
  return gone > 0;
}

/** Erasures of that time stay as a record, without whom they were about; nothing is told of it any more. */
export async function blankErased(db: Database, before: Date): Promise<void> {
  await db.query(
    `UPDATE erasures SET entity_name = NULL, entity_id = NULL
      WHERE entity_id IS NOT NULL AND status = 'done' AND ended_at < $1`,
    [before],
  );
}
