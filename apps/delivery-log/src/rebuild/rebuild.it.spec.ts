import { attemptsTopic } from '@posthorn/contracts';
import { LogReader, partitionFor } from '@posthorn/messaging';
import type { Database, Service } from '@posthorn/runtime';
import { testDatabase, type TestDatabase, testKafka, type TestKafka, waitFor } from '@posthorn/testing';
import { attempt, attemptRecords, delivered, event, laneCancelled, startMs } from '../testing/builders.js';
import { Cluster, partitions as partitionCount } from '../testing/cluster.js';
import { Instance, logger, openDatabase } from '../testing/harness.js';
import { DeliveriesRebuild } from './rebuild.js';
import { makeSchema } from './shadow.js';

let broker: TestKafka;
let stores: TestDatabase;
let cluster: Cluster;
let service: Service;
let db: Database;
let reader: LogReader;

beforeAll(async () => {
  broker = testKafka();
  stores = await testDatabase();
  cluster = new Cluster(broker.brokers, broker.prefix);
  await cluster.start();
  service = await cluster.startService(stores.url);
  db = await openDatabase(stores.url);
  await makeSchema(stores.url);
  reader = new LogReader(cluster.kafka, { groupId: 'rebuild', topics: [attemptsTopic.name] });
  await reader.start();
}, 60_000);

afterAll(async () => {
  await reader?.stop();
  await db?.stop();
  await cluster?.stop();
  await broker?.cleanup();
  await stores?.drop();
}, 60_000);

const dayMs = 86_400_000;
const tenants = ['a', 'b', 'c', 'd', 'e'];

/** Deliveries of two days with one to three attempts; some repeated, some given up. */
async function write(from: number, until: number): Promise<void> {
  const sent: Promise<unknown>[] = [];
  for (const tenantId of tenants)
    for (let i = from; i < until; i++) {
      const of = { tenantId, eventId: `evt_${tenantId}_${i}`, seq: i, acceptedAt: startMs + (i % 2) * dayMs };
      const tries = 1 + (i % 3);
      for (let n = 1; n <= tries; n++) {
        const record =
          n === tries && i % 5 !== 0 ? delivered({ ...of, attempt: n }) : attempt({ ...of, attempt: n });
        sent.push(cluster.attempt(record));
        if (i % 7 === 0) sent.push(cluster.attempt({ ...record, startedAt: record.startedAt + 5 }));
      }
      if (i % 10 === 0) sent.push(cluster.attempt(laneCancelled({ tenantId, fromSeq: i, untilSeq: i + 1 })));
    }
  await Promise.all(sent);
}

/** Every row: of a delivery, and of its attempts, wherever they stand. */
async function everything(): Promise<unknown> {
  const columns = `status, event_id, seq, replay_id, next_attempt_at, last_status, last_error, first_attempt_at,
    last_attempt_at, finished_at, told, told_at, ended_as, ended_at`;
  const exchange =
    'duration_ms, url, request_headers::text, response_headers::text, response_body, truncated, timings::text';
  return {
    deliveries: await db.query(
      `SELECT tableoid::regclass::text, delivery_id, day::text, tenant_id, attempts, ${columns} FROM deliveries ORDER BY 2, 3`,
    ),
    attempts: await db.query(
      `SELECT delivery_id, day::text, attempt, started_at, outcome, final, ${exchange} FROM attempts
       UNION ALL SELECT delivery_id, day::text, attempts, first_attempt_at, told, true, ${exchange} FROM deliveries WHERE url IS NOT NULL
       ORDER BY 1, 2, 3`,
    ),
  };
}

const attemptsOf = async () => {
  const [{ count }] = await db.query<{ count: number }>(
    `SELECT ((SELECT count(*) FROM attempts) + (SELECT count(*) FROM deliveries WHERE url IS NOT NULL))::int AS count`,
  );
  return count;
};
const written = (events: number): number => {
  let sum = 0;
  for (let i = 0; i < events; i++) sum += 1 + (i % 3);
  return sum * tenants.length;
};
const projected = (events: number) =>
  waitFor(async () => (await attemptsOf()) === written(events), { timeoutMs: 30_000 });
const rebuild = () => new DeliveriesRebuild({ database: db, kafka: cluster.kafka, reader, logger }).run();
/** Everything that is in the log stands in the tables. */
const settled = () =>
  waitFor(
    async () => {
      const ends = await cluster.kafka.endOffsets(attemptsTopic.name);
      const [{ next }] = await db.query<{ next: number }>(
        `SELECT coalesce(sum(next), 0)::int AS next FROM projection_offsets WHERE topic = $1`,
        [attemptsTopic.name],
      );
      return next === [...ends.values()].reduce((sum, { high }) => sum + high, 0);
    },
    { timeoutMs: 30_000 },
  );

it('makes from the log what is there already, row for row', async () => {
  await write(0, 60);
  await projected(60);
  await settled();
  const before = await everything();
  const [{ counted }] = await db.query<{ counted: string }>('SELECT count(*) AS counted FROM outbox');
  // What is lost, or wrong, is made anew.
  await db.query(`DELETE FROM deliveries WHERE tenant_id = 'a'`);
  await db.query(`UPDATE attempts SET url = 'wrong'`);
  const { partitions, fromDay } = await rebuild();
  expect(fromDay).toBe('1970-01-01');
  expect(partitions).toEqual([
    ...['deliveries_20260415', 'deliveries_20260416', 'attempts_20260415', 'attempts_20260416'],
  ]);
  expect(await everything()).toEqual(before);
  expect(await db.query('SELECT count(*) AS counted FROM outbox')).toEqual([{ counted }]);
}, 60_000);

it('leaves out what nobody can apply, as the one in use did', async () => {
  const bad = [Buffer.from('no record'), Buffer.from('{"kind":"attempt"}\n')];
  for (const value of bad) await cluster.raw(attemptsTopic.name, 'a', value);
  await settled();
  const before = await everything();
  await db.query(`DELETE FROM deliveries WHERE tenant_id = 'a'`);
  expect(await rebuild()).toMatchObject({ leftOut: bad.length });
  expect(await everything()).toEqual(before);
}, 60_000);

it('while the one in use goes on, and misses nothing of what comes meanwhile', async () => {
  const all = [write(60, 100), rebuild(), write(100, 140)];
  await Promise.all(all);
  await projected(140);
  await settled();
  const before = await everything();
  await rebuild();
  expect(await everything()).toEqual(before);
  // And it is a table like any other afterwards.
  await cluster.event(event({ tenantId: 'a', id: 'evt_later' }));
  await write(140, 150);
  await projected(150);
  expect(await db.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'delivery_log_rebuild'`)).toEqual([]);
}, 90_000);

it('lets who uses the tables go first, and changes them when nobody does', async () => {
  await settled();
  const before = await everything();
  const started = performance.now();
  let done = Promise.resolve<unknown>(undefined);
  await db.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM deliveries LIMIT 1');
    done = rebuild();
    // Longer than it waits for a lock; whoever comes meanwhile is not held up for longer than that.
    await waitFor(() => performance.now() - started > 6_000, { timeoutMs: 10_000 });
  });
  await done;
  expect(await everything()).toEqual(before);
}, 60_000);

it('statistics count nothing again', async () => {
  await settled();
  const counted = async () =>
    db.query(`SELECT (SELECT sum(attempts) FROM statistics_deltas)::int AS open,
                     (SELECT sum(attempts) FROM statistics_days WHERE subscription_id = '')::int AS days`);
  await waitFor(async () => ((await counted())[0] as { open: number | null }).open === null);
  const before = await counted();
  expect(before).toEqual([{ open: null, days: written(150) }]);
  await rebuild();
  expect(await counted()).toEqual(before);
  expect(service.url).toMatch(/^http/);
}, 60_000);

describe('what the log no longer has', () => {
  const partitionOf = (tenantId: string) => partitionFor(tenantId, partitionCount);
  const young = tenants.find((tenantId) => partitionOf(tenantId) !== partitionOf('a'))!;

  it('stays where all of a partition has expired, and the days after that are made anew', async () => {
    const atMs = startMs + 5 * dayMs;
    const late = { tenantId: young, eventId: 'evt_late', seq: 500, acceptedAt: atMs, startedAt: atMs };
    await cluster.attempt(delivered(late));
    await settled();
    const before = await everything();
    const { high } = (await cluster.kafka.endOffsets(attemptsTopic.name)).get(partitionOf('a'))!;
    await cluster.forgetBelow('a', high, attemptsTopic.name);
    await db.query(`DELETE FROM deliveries WHERE event_id = 'evt_late'`);
    expect(await rebuild()).toMatchObject({ fromDay: '2026-04-17' });
    expect(await everything()).toEqual(before);
  }, 60_000);

  it('stays where the log was lost and made anew', async () => {
    const atMs = startMs - 20 * dayMs;
    const lost = { tenantId: young, eventId: 'evt_lost', acceptedAt: atMs };
    const records = [
      attempt({ ...lost, startedAt: atMs }),
      delivered({ ...lost, attempt: 2, startedAt: atMs }),
    ];
    await new Instance(db).apply('attempts', attemptRecords(records), partitionOf(young));
    const before = await everything();
    await rebuild();
    expect(await everything()).toEqual(before);
    expect(await db.query(`SELECT attempts FROM deliveries WHERE event_id = 'evt_lost'`)).toEqual([
      { attempts: 2 },
    ]);
  }, 60_000);
});
