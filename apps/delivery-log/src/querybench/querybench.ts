import { createLogger, Database, type BulkTransaction, type TransactionLimits } from '@posthorn/runtime';
import { dropPartition, overBefore } from '../retention.js';
import { DeliveryProjection } from '../delivery.projection.js';
import { spansOf } from '../day-partitions.js';
import { EventProjection } from '../event.projection.js';
import { migrations } from '../migrations/index.js';
import { RuleBookStore } from '../rule-book.store.js';
import { StatisticsService } from '../statistics.service.js';
import { LaneProjection } from '../lane.projection.js';
import { chunks, cursors, daysFor, type Plan } from './data.js';
import { queriesOn } from './queries.js';

export type QueryFigures = { name: string; p50Ms: number; p95Ms: number; usesIndex: boolean };
export type Figures = {
  rows: number;
  days: number;
  /** Deliveries a second that the projection wrote, one batch after the other. */
  projectedPerS: number;
  queries: QueryFigures[];
  /** The longest of the tables of a day. */
  retentionDropMs: number;
};

const partition = 0;
const eventsEach = 1_000;
const timesEach = 60;
const warmUps = 5;
/** They count most of what the newest day has: PostgreSQL may find it quicker to read all of it. */
export const mayReadWhole: ReadonlySet<string> = new Set(['backlog of a tenant']);
/** A table that small is read whole at no cost. */
const smallRows = 1_000;

export async function queryBench(
  { databaseUrl, rows }: { databaseUrl: string; rows: number },
  say: (line: string) => void = () => undefined,
): Promise<Figures> {
  const logger = createLogger({ logLevel: 'silent' }, 'querybench');
  const db = new Database({
    ...{ url: databaseUrl, schema: 'delivery_log', migrations, poolMax: 5, logger },
    statementTimeoutMs: 600_000,
  });
  await db.start();
  try {
    const plan: Plan = { rows, days: daysFor(rows), untilMs: Date.now() };
    const { seconds, firstSeq, events } = await write(db, plan, say);
    const statistics = new StatisticsService(db, logger);
    while (await statistics.step());
    for (const table of [
      'events',
      'deliveries',
      'attempts',
      'statistics_minutes',
      'statistics_hours',
      'statistics_deltas',
    ])
      await db.query(`VACUUM (ANALYZE) ${table}`);
    const queries: QueryFigures[] = [];
    for (const { name, ask } of queriesOn(db, plan, firstSeq, events)) {
      queries.push({ name, ...(await measure(ask)), usesIndex: await usesIndex(db, ask) });
      say(`${name}: ${queries.at(-1)!.p95Ms} ms`);
    }
    return {
      ...{ rows, days: plan.days, projectedPerS: Math.round(rows / seconds), queries },
      retentionDropMs: await dropOldest(db),
    };
  } finally {
    await db.stop();
  }
}

/** As the service does it: a batch is a transaction, with the next offset in it. */
async function write(db: Database, plan: Plan, say: (line: string) => void) {
  const books = new RuleBookStore();
  const [events, deliveries] = [new EventProjection(books), new DeliveryProjection(books)];
  let [seconds, firstSeq, count] = [0, 0, 0];
  for (const { events: some, attempts } of chunks(plan, eventsEach)) {
    const startMs = performance.now();
    await db.transaction((tx) => events.apply({ topic: 'events.v1', partition, records: some, next: 0 }, tx));
    if (attempts.length > 0)
      await db.transaction((tx) =>
        deliveries.apply({ topic: 'attempts.v1', partition, records: attempts, next: 0 }, tx),
      );
    else firstSeq = some.length;
    seconds += (performance.now() - startMs) / 1_000;
    if (attempts.length > 0) count += some.length;
    if (count > 0 && count % 100_000 === 0) say(`${count} events written`);
  }
  const records = cursors(firstSeq + count, plan.untilMs);
  await db.transaction((tx) =>
    new LaneProjection().apply({ topic: 'cursors.v1', partition, records, next: 0 }, tx),
  );
  return { seconds, firstSeq, events: count };
}

async function measure(ask: () => Promise<unknown>): Promise<{ p50Ms: number; p95Ms: number }> {
  for (let i = 0; i < warmUps; i++) await ask();
  const took: number[] = [];
  for (let i = 0; i < timesEach; i++) {
    const startMs = performance.now();
    await ask();
    took.push(performance.now() - startMs);
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(took[Math.ceil(took.length * share) - 1] * 10) / 10;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

type Node = { 'Node Type': string; 'Relation Name'?: string; Plans?: Node[]; 'Actual Loops'?: number };

/** Whether no statement of it reads a table of some size from its beginning to its end. */
async function usesIndex(db: Database, ask: () => Promise<unknown>): Promise<boolean> {
  const statements: [string, unknown[] | undefined][] = [];
  const { query, transaction } = db;
  db.query = function <T>(sql: string, params?: unknown[]): Promise<T[]> {
    statements.push([sql, params]);
    return query.call(db, sql, params) as Promise<T[]>;
  };
  db.transaction = function <T>(
    work: (tx: BulkTransaction) => Promise<T>,
    limits?: TransactionLimits,
  ): Promise<T> {
    const noted = ({ query: ask, copy }: BulkTransaction): BulkTransaction => ({
      copy,
      query: (sql, params) => {
        if (!sql.startsWith('SET ')) statements.push([sql, params]);
        return ask(sql, params);
      },
    });
    return transaction.call(db, (tx) => work(noted(tx)), limits) as Promise<T>;
  };
  try {
    await ask();
  } finally {
    db.query = query;
    db.transaction = transaction;
  }
  const whole = new Set<string>();
  for (const [sql, params] of statements) {
    const [row] = await db.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      params,
    );
    collectWholeReads(row['QUERY PLAN'][0].Plan, whole);
  }
  const large = await db.query(
    `SELECT 1 FROM pg_class WHERE relname = ANY($1) AND reltuples > ${smallRows}`,
    [[...whole]],
  );
  return large.length === 0;
}

function collectWholeReads(node: Node, into: Set<string>): void {
  if (node['Node Type'] === 'Seq Scan' && node['Relation Name'] && node['Actual Loops'] !== 0)
    into.add(node['Relation Name']);
  for (const each of node.Plans ?? []) collectWholeReads(each, into);
}

async function dropOldest(db: Database): Promise<number> {
  const [oldest] = await spansOf(db, 'events');
  let longest = 0;
  for (const table of ['events', 'attempts', 'deliveries'] as const) {
    const startMs = performance.now();
    const [name] = await overBefore(db, [table], oldest.untilMs);
    if (!name || !(await dropPartition(db, name))) throw new Error(`no day of ${table} was dropped`);
    longest = Math.max(longest, performance.now() - startMs);
  }
  return Math.round(longest);
}
