import type { Transaction } from '@posthorn/runtime';
import pg from 'pg';
import { attachStatement, dateText, type Span, spanNamed } from '../day-partitions.js';

/** Where a projection is made anew; the one in use is not touched meanwhile. */
const shadowSchema = 'delivery_log_rebuild';
export const rebuilt = ['deliveries', 'attempts'] as const;
type Rebuilt = (typeof rebuilt)[number];

/** By who may; the service's own role may make nothing but tables. */
export async function makeSchema(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`SELECT 1 FROM pg_roles WHERE rolname = 'posthorn_delivery_log'`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${shadowSchema}`);
    if (rows.length > 0)
      await client.query(`GRANT USAGE, CREATE ON SCHEMA ${shadowSchema} TO posthorn_delivery_log`);
  } finally {
    await client.end();
  }
}

/** Statements of the projection find these tables first, and all others where they are. */
export async function inShadow(tx: Transaction): Promise<void> {
  await tx.query(`SET LOCAL search_path = ${shadowSchema}, delivery_log`);
}

/** What an earlier rebuild that was interrupted has left goes. */
export async function makeShadow(tx: Transaction): Promise<void> {
  await dropShadow(tx);
  for (const table of rebuilt)
    await tx.query(
      `CREATE TABLE ${shadowSchema}.${table} (LIKE delivery_log.${table} INCLUDING ALL) PARTITION BY RANGE (day)`,
    );
  for (const table of ['cancellations', 'projection_offsets'])
    await tx.query(`CREATE TABLE ${shadowSchema}.${table} (LIKE delivery_log.${table} INCLUDING ALL)`);
}

export async function dropShadow(tx: Transaction): Promise<void> {
  for (const table of [...rebuilt, 'cancellations', 'projection_offsets'])
    await tx.query(`DROP TABLE IF EXISTS ${shadowSchema}.${table}`);
}

/** Whoever attaches it later need not look at its rows. */
export async function provePartitions(tx: Transaction): Promise<void> {
  for (const table of rebuilt)
    for (const { name, fromMs, untilMs } of await spansIn(tx, shadowSchema, table))
      await tx.query(
        `ALTER TABLE ${shadowSchema}.${name} ADD CONSTRAINT ${name}_day
           CHECK (day IS NOT NULL AND day >= '${dateText(fromMs)}' AND day < '${dateText(untilMs)}')`,
      );
}

/** The days from there on take the place of those in use, in the transaction of whoever keeps others out. */
export async function swap(tx: Transaction, fromMs: number): Promise<string[]> {
  const swapped: string[] = [];
  // Attempts are found by their deliveries: nobody reads one without the other.
  await tx.query('LOCK TABLE delivery_log.attempts, delivery_log.deliveries IN ACCESS EXCLUSIVE MODE');
  for (const table of rebuilt) {
    const made = await spansIn(tx, shadowSchema, table);
    const names = new Set(made.map(({ name }) => name));
    for (const { name, fromMs: at } of await spansIn(tx, 'delivery_log', table)) {
      if (at < fromMs) continue;
      if (names.has(name)) await tx.query(`DROP TABLE delivery_log.${name}`);
      // Nothing of that day is in the log.
      else await tx.query(`TRUNCATE delivery_log.${name}`);
    }
    for (const span of made) {
      await move(tx, table, span);
      swapped.push(span.name);
    }
  }
  return swapped;
}

async function move(tx: Transaction, table: Rebuilt, span: Span): Promise<void> {
  await tx.query(`ALTER TABLE ${shadowSchema}.${table} DETACH PARTITION ${shadowSchema}.${span.name}`);
  await tx.query(`ALTER TABLE ${shadowSchema}.${span.name} SET SCHEMA delivery_log`);
  await tx.query('SET LOCAL search_path = delivery_log');
  await tx.query(attachStatement(table, span));
  await tx.query(`ALTER TABLE ${span.name} DROP CONSTRAINT IF EXISTS ${span.name}_day`);
}

async function spansIn(tx: Transaction, schema: string, table: Rebuilt): Promise<Span[]> {
  const rows = await tx.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass($1) ORDER BY c.relname`,
    [`${schema}.${table}`],
  );
  return rows.flatMap(({ name }) => spanNamed(table, name) ?? []);
}
