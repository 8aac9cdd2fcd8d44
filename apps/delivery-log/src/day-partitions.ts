import type { Transaction } from '@posthorn/runtime';

export const dayMs = 24 * 60 * 60 * 1000;

/** What is said to be later is a mistake, and no day is made for it. */
const endOfTimeMs = Date.UTC(2200, 0);

type Unit = 'day' | 'month';
type Partitioned = { column: string; type: 'date' | 'timestamptz'; unit: Unit };

/** What is kept for a while only: whole partitions go, no rows. */
export const partitionedTables = {
  events: { column: 'accepted_at', type: 'timestamptz', unit: 'day' },
  deliveries: { column: 'day', type: 'date', unit: 'day' },
  attempts: { column: 'day', type: 'date', unit: 'day' },
  statistics_minutes: { column: 'at', type: 'timestamptz', unit: 'day' },
  statistics_hours: { column: 'at', type: 'timestamptz', unit: 'month' },
} as const satisfies Record<string, Partitioned>;
export type PartitionedTable = keyof typeof partitionedTables;

/** Of our locks: only one instance at a time makes partitions, or drops them. */
export const partitionsLock = `hashtextextended('delivery-log/partitions', 0)`;

/** Days since 1970, in UTC. */
export const dayOf = (atMs: number): number => Math.floor(atMs / dayMs);

/** A partition by what it holds; `fromMs` is in it, `untilMs` is not. */
export type Span = { name: string; fromMs: number; untilMs: number };

/** The partition that holds that instant. @throws RangeError */
export function spanOf(table: PartitionedTable, atMs: number): Span {
  if (!(atMs >= 0 && atMs < endOfTimeMs)) throw new RangeError(`the instant ${atMs} is out of range`);
  const day = new Date(dayOf(atMs) * dayMs);
  const isMonth = partitionedTables[table].unit === 'month';
  const from = isMonth ? Date.UTC(day.getUTCFullYear(), day.getUTCMonth()) : day.getTime();
  const until = isMonth ? Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1) : from + dayMs;
  const digits = dateText(from)
    .replaceAll('-', '')
    .slice(0, isMonth ? 6 : 8);
  return { name: `${table}_${digits}`, fromMs: from, untilMs: until };
}

/** The other way round; undefined for another table's name. */
export function spanNamed(table: PartitionedTable, name: string): Span | undefined {
  const [, digits] = /_(\d{6}|\d{8})$/.exec(name) ?? [];
  if (digits === undefined) return undefined;
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6) || '01'].map(Number);
  const span = spanOf(table, Date.UTC(year, month - 1, day));
  return span.name === name ? span : undefined;
}

/** `2026-11-28`, as PostgreSQL reads it. */
export function dateText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Attaching a finished table lets others read and write meanwhile; making a partition in place does not. */
export function createStatements(table: PartitionedTable, { name, fromMs, untilMs }: Span): string[] {
  return [
    `CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)`,
    attachStatement(table, { name, fromMs, untilMs }),
  ];
}

export function attachStatement(table: PartitionedTable, { name, fromMs, untilMs }: Span): string {
  const { type } = partitionedTables[table];
  const bound = (atMs: number): string =>
    type === 'date' ? `'${dateText(atMs)}'` : `'${new Date(atMs).toISOString()}'`;
  return `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM (${bound(fromMs)}) TO (${bound(untilMs)})`;
}

/** The partitions there are, oldest first. */
export async function spansOf(db: Transaction, table: PartitionedTable): Promise<Span[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass($1) ORDER BY c.relname`,
    [table],
  );
  return rows.flatMap(({ name }) => spanNamed(table, name) ?? []);
}

/**
 * Makes the partitions that rows are about to go to. Those of the next days are made ahead of time, so this
 * finds something to do for what comes late or from a clock that is wrong: then it is in the transaction of
 * these rows, and gone with it. At most once a table in a transaction.
 */
export class DayPartitions {
  private readonly known = new Set<string>();

  async ensure(tx: Transaction, table: PartitionedTable, instants: Iterable<number>): Promise<void> {
    const wanted = new Map<string, Span>();
    const days = new Set<number>();
    for (const atMs of instants) {
      // Thousands of rows, and mostly of one day.
      const day = dayOf(atMs);
      if (days.has(day)) continue;
      days.add(day);
      const span = spanOf(table, atMs);
      if (!this.known.has(span.name)) wanted.set(span.name, span);
    }
    if (wanted.size === 0) return;
    if ((await this.missing(tx, table, wanted)).length === 0) return;
    await tx.query(`SELECT pg_advisory_xact_lock(${partitionsLock})`);
    for (const span of await this.missing(tx, table, wanted))
      for (const statement of createStatements(table, span)) await tx.query(statement);
  }

  /** After any error: a partition may have been dropped since it was seen, or never been committed. */
  forget(): void {
    this.known.clear();
  }

  private async missing(
    tx: Transaction,
    table: PartitionedTable,
    wanted: Map<string, Span>,
  ): Promise<Span[]> {
    for (const { name } of await spansOf(tx, table)) this.known.add(name);
    return [...wanted.values()].filter(({ name }) => !this.known.has(name));
  }
}
