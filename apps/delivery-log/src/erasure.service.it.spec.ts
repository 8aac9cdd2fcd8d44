import { randomUUID } from 'node:crypto';
import { decodeRetries, type ForgetMessage } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase, waitFor } from '@posthorn/testing';
import { ErasureService } from './erasure.service.js';
import type { TenantRecord } from './log-producer.client.js';
import { StatisticsService } from './statistics.service.js';
import {
  attempt,
  attemptRecords,
  control,
  delivered,
  event,
  eventRecords,
  startMs,
} from './testing/builders.js';
import { Instance, logger, openDatabase, truncate } from './testing/harness.js';

let stores: TestDatabase;
let db: Database;

beforeAll(async () => {
  stores = await testDatabase();
  db = await openDatabase(stores.url);
});
afterAll(async () => {
  await db?.stop();
  await stores?.drop();
});
beforeEach(async () => {
  told.splice(0);
  await truncate(db);
  await db.query('TRUNCATE replays, idempotency_keys');
});

const beforeMs = startMs + 60_000;
const tenants = ['vendor-17', 'vendor-18'];
/** Two events before it is ordered, about two orders, and one later: for two subscriptions of two tenants. */
const events = tenants.flatMap((tenantId) => [
  event({ tenantId, id: `evt_${tenantId}_a` }),
  event({ tenantId, id: `evt_${tenantId}_b`, entity: { name: 'order', id: 'o2' } }),
  event({ tenantId, id: `evt_${tenantId}_c`, acceptedAt: beforeMs + 60_000 }),
]);
const subscriptions = ['sub_1', 'sub_2'];
const controls = tenants.flatMap((tenantId) => subscriptions.map((id) => control({ tenantId, id })));
const log = eventRecords([...controls, ...events]);
const attempts = attemptRecords(
  events.flatMap(({ tenantId, id: eventId, acceptedAt }, n) =>
    subscriptions.flatMap((subscriptionId) => {
      const of = { tenantId, eventId, subscriptionId, acceptedAt, seq: controls.length + n };
      const [first, second] = [acceptedAt + 1_000, acceptedAt + 200_000];
      return [attempt({ ...of, startedAt: first }), delivered({ ...of, attempt: 2, startedAt: second })];
    }),
  ),
);

type Order = { kind: string; subscription_id?: string; entity_name?: string; entity_id?: string };

async function order({ kind, subscription_id = '', entity_name = '', entity_id = '' }: Order): Promise<void> {
  await db.query(
    `INSERT INTO erasures (id, tenant_id, kind, subscription_id, entity_name, entity_id, accepted_before, status, created_at)
     VALUES ($1, 'vendor-17', $2, nullif($3, ''), nullif($4, ''), nullif($5, ''), $6, 'queued', now())`,
    [randomUUID(), kind, subscription_id, entity_name, entity_id, new Date(beforeMs)],
  );
}
const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
/** What retry-scheduler was told. */
const told: ForgetMessage[] = [];
const producer = {
  publish: (_topic: unknown, records: readonly TenantRecord[]) => {
    told.push(...records.map(({ value }) => decodeRetries(value) as ForgetMessage));
    return Promise.resolve(records.map(() => 0));
  },
};
const erase = async () => {
  while (await new ErasureService(db, logger, producer).step());
};
const fold = async () => {
  while (await new StatisticsService(db, logger).step());
};

async function left() {
  const [row] = await db.query(
    `SELECT (SELECT array_agg(event_id || ' ' || array_to_string(matched, ',') ORDER BY event_id) FROM events
              WHERE tenant_id = 'vendor-17') AS events,
            (SELECT array_agg(right(event_id, 1) || ' ' || subscription_id ORDER BY event_id, subscription_id) FROM deliveries
              WHERE tenant_id = 'vendor-17') AS deliveries,
            (SELECT count(*)::int FROM attempts JOIN deliveries USING (delivery_id) WHERE tenant_id = 'vendor-17') AS attempts,
            (SELECT count(*)::int FROM attempts) AS "allAttempts",
            (SELECT count(*)::int FROM events WHERE tenant_id = 'vendor-18') AS others,
            (SELECT coalesce(sum(attempts), 0)::int FROM statistics_days
              WHERE tenant_id = 'vendor-17' AND subscription_id = 'sub_1') AS counted`,
  );
  return row as Record<string, unknown>;
}

const both = 'sub_1,sub_2';
const cases: [Order, Record<string, unknown>][] = [
  [
    { kind: 'tenant' },
    {
      ...{ events: [`evt_vendor-17_c ${both}`], deliveries: ['c sub_1', 'c sub_2'] },
      ...{ attempts: 4, allAttempts: 16, others: 3, counted: 0 },
    },
  ],
  [
    { kind: 'subscription', subscription_id: 'sub_1' },
    {
      events: ['evt_vendor-17_a sub_2', 'evt_vendor-17_b sub_2', `evt_vendor-17_c ${both}`],
      deliveries: ['a sub_2', 'b sub_2', 'c sub_1', 'c sub_2'],
      ...{ attempts: 8, allAttempts: 20, others: 3, counted: 0 },
    },
  ],
  [
    { kind: 'entity', entity_name: 'order', entity_id: 'o1' },
    {
      events: [`evt_vendor-17_b ${both}`, `evt_vendor-17_c ${both}`],
      deliveries: ['b sub_1', 'b sub_2', 'c sub_1', 'c sub_2'],
      ...{ attempts: 8, allAttempts: 20, others: 3, counted: 6 },
    },
  ],
];

describe.each(cases)('erasing %j', (ordered, expected) => {
  it('leaves nothing of it, and everything else, and says what it removed', async () => {
    const instance = new Instance(db);
    await instance.apply('events', log);
    await instance.apply('attempts', attempts);
    await fold();
    await order(ordered);
    await erase();
    // What is counted by day or as a whole is not told apart by the instant within the day.
    expect({ ...(await left()), counted: 0 }).toEqual({ ...expected, counted: 0 });
    const [erasure] = await db.query<{ status: string; removed: string }>('SELECT * FROM erasures');
    expect(erasure).toMatchObject({
      status: 'done',
      started_at: expect.any(Date),
      ended_at: expect.any(Date),
    });
    expect(Number(erasure!.removed)).toBeGreaterThan(5);
  });

  it.each([
    ['events first', ['events', 'attempts']],
    ['attempts first', ['attempts', 'events']],
  ])('a log that is read again brings nothing of it back: %s', async (_, topics) => {
    await order(ordered);
    await erase();
    const instance = new Instance(db);
    for (let round = 0; round < 2; round++)
      for (const topic of topics)
        await instance.apply(topic as 'events' | 'attempts', topic === 'events' ? log : attempts);
    expect({ ...(await left()), counted: 0 }).toEqual({ ...expected, counted: 0 });
  });
});

it('an instance that knew nothing of it when it began writes nothing of it afterwards', async () => {
  const [one, other] = [new Instance(db), new Instance(db)];
  await one.apply('events', log);
  await one.apply('attempts', attempts.slice(0, 2));
  await order({ kind: 'tenant' });
  let erased: Promise<void> | undefined;
  await db.query(`INSERT INTO projection_offsets VALUES ('attempts.v1', 3, 0)`);
  await one.applyThen('attempts', attempts.slice(2, 8), async () => {
    erased = erase();
    // It waits for this batch: nothing has become a fact yet.
    await waitFor(async () => (await db.query(waiting)).length > 0);
    expect(await db.query(`SELECT status FROM erasures`)).toEqual([{ status: 'queued' }]);
  });
  await erased;
  await other.apply('attempts', attempts);
  await one.apply('attempts', attempts);
  expect(await left()).toMatchObject({ deliveries: ['c sub_1', 'c sub_2'], attempts: 4 });
});

it('reaches what waits elsewhere, and the jobs that name it with their answers', async () => {
  const instance = new Instance(db);
  await instance.apply('events', log);
  const waits = (n: number) =>
    attempt({ tenantId: 'vendor-17', eventId: events[n].id, seq: controls.length + n });
  await instance.apply('attempts', attemptRecords([waits(0), waits(1)]));
  const filters = {
    rpl_its: { entityName: 'order', entityId: 'o2' },
    rpl_any: { entityId: 'o2' },
    rpl_other: { entityId: 'o1' },
    rpl_foreign: { entityId: 'o2' },
    // From before these were refused: json holds what is no text to PostgreSQL.
    rpl_null: { entityId: 'o2\u0000', entityName: 'order' },
    rpl_half: { entityId: 'o2', entityName: 'order\ud800' },
  };
  for (const [id, filter] of Object.entries(filters)) {
    await db.query(
      `INSERT INTO replays (id, tenant_id, subscription_id, target_subscription_id, kind, to_at, filter, status, total,
                            partition, until_seq, created_at)
       VALUES ($1, $2, 'sub_1', 'sub_1', 'range', now(), $3, $4, 1, 0, 9, $5)`,
      [
        ...[id, id === 'rpl_foreign' ? 'vendor-18' : 'vendor-17', JSON.stringify(filter)],
        ...[id === 'rpl_any' ? 'running' : 'queued', new Date(startMs)],
      ],
    );
    await db.query(
      `INSERT INTO idempotency_keys (caller_id, key, fingerprint, answer) VALUES ('c', $1, 'f', $2)`,
      [...[id, JSON.stringify({ status: 202, body: { id, filter } })]],
    );
  }
  await order({ kind: 'entity', entity_name: 'order', entity_id: 'o2' });
  await erase();
  const of = { tenantId: 'vendor-17', subscriptionId: 'sub_1', acceptedBefore: beforeMs };
  expect(told).toEqual([{ kind: 'forget', ...of, deliveryId: deliveryId(events[1].id, 'sub_1') }]);
  const jobs = await db.query('SELECT id, filter, status, cancel_asked AS stops FROM replays ORDER BY id');
  expect(jobs).toEqual([
    { id: 'rpl_any', filter: {}, status: 'running', stops: true },
    { id: 'rpl_foreign', filter: filters.rpl_foreign, status: 'queued', stops: false },
    { id: 'rpl_half', filter: filters.rpl_half, status: 'queued', stops: false },
    { id: 'rpl_its', filter: {}, status: 'cancelled', stops: true },
    { id: 'rpl_null', filter: filters.rpl_null, status: 'queued', stops: false },
    { id: 'rpl_other', filter: filters.rpl_other, status: 'queued', stops: false },
  ]);
  const answers = await db.query<{ key: string }>(
    'SELECT key FROM idempotency_keys WHERE answer IS NOT NULL ORDER BY key',
  );
  expect(answers.map(({ key }) => key)).toEqual(['rpl_foreign', 'rpl_half', 'rpl_null', 'rpl_other']);
});

it('one that always fails holds up none that was ordered later', async () => {
  const instance = new Instance(db);
  await instance.apply('events', log);
  await instance.apply('attempts', attempts);
  await order({ kind: 'subscription', subscription_id: 'sub_1' });
  await order({ kind: 'entity', entity_name: 'order', entity_id: 'o1' });
  // Nothing of sub_1 can be removed, whatever the reason.
  await db.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$`);
  await db.query(
    `CREATE TRIGGER refusing BEFORE UPDATE ON erasures FOR EACH ROW
       WHEN (old.kind = 'subscription' AND new.removed > old.removed) EXECUTE FUNCTION refuse()`,
  );
  const service = new ErasureService(db, logger, producer);
  const states = () => db.query(`SELECT kind, status FROM erasures ORDER BY kind`);
  while (await service.step());
  expect(await states()).toEqual([
    { kind: 'entity', status: 'done' },
    { kind: 'subscription', status: 'running' },
  ]);
  expect(await left()).toMatchObject({ deliveries: ['b sub_1', 'b sub_2', 'c sub_1', 'c sub_2'] });
  // It is tried again when its time has come.
  await db.query('DROP FUNCTION refuse CASCADE');
  await waitFor(async () => {
    while (await service.step());
    return !JSON.stringify(await states()).includes('running');
  });
  expect(await left()).toMatchObject({ deliveries: ['b sub_2', 'c sub_1', 'c sub_2'] });
});
