import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { dayMs, type PartitionedTable, spanOf, spansOf } from './day-partitions.js';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { erasuresOf } from './erasures.js';
import { RetentionService } from './retention.service.js';
import { attempt, attemptRecords, control, delivered, event, eventRecords } from './testing/builders.js';
import { Instance, logger, openDatabase } from './testing/harness.js';

let stores: TestDatabase;
let db: Database;

beforeEach(async () => {
  stores = await testDatabase();
  db = await openDatabase(stores.url);
});
afterEach(async () => {
  await db?.stop();
  await stores?.drop();
});

const now = Date.parse('2026-06-30T10:00:00.000Z');
const ago = (days: number): number => now - days * dayMs;

function retention(given: Partial<DeliveryLogSettings> = {}): RetentionService {
  return new RetentionService(Object.assign(new DeliveryLogSettings(), given), db, logger);
}

/** An event of each tenant, delivered at the second attempt, for each of these days. */
async function log(tenantIds: readonly string[], days: readonly number[]): Promise<void> {
  const instance = new Instance(db);
  const all = days.flatMap((day) => tenantIds.map((tenantId) => ({ tenantId, day })));
  const events = all.map(({ tenantId, day }) =>
    event({ tenantId, id: `evt_${tenantId}_${day}`, acceptedAt: ago(day) }),
  );
  await instance.apply(
    'events',
    eventRecords([...tenantIds.map((tenantId) => control({ tenantId })), ...events]),
  );
  const attempts = all.flatMap(({ tenantId, day }, i) => {
    const seq = tenantIds.length + i;
    const of = {
      tenantId,
      eventId: `evt_${tenantId}_${day}`,
      seq,
      acceptedAt: ago(day),
      startedAt: ago(day),
    };
    return [attempt(of), delivered({ ...of, attempt: 2 })];
  });
  await instance.apply('attempts', attemptRecords(attempts));
}

const days = async (table: 'events' | 'deliveries' | 'attempts') => {
  const from = {
    events: `accepted_at FROM events`,
    deliveries: 'day FROM deliveries',
    attempts: 'a.day FROM attempts a JOIN deliveries USING (delivery_id)',
  }[table];
  const rows = await db.query<{ tenant: string; day: number }>(
    `SELECT DISTINCT tenant_id AS tenant, (timestamptz '2026-06-30Z' ::timestamptz AT TIME ZONE 'UTC')::date
       - (${from.split(' FROM ')[0]})::date AS day FROM ${from.split(' FROM ')[1]} ORDER BY 1, 2`,
  );
  return rows.map(({ tenant, day }) => `${tenant} ${day}`);
};
const partitions = async (table: PartitionedTable) => (await spansOf(db, table)).map(({ name }) => name);

it('makes the partitions of the next days before they are needed', async () => {
  await retention().run(now);
  await retention().run(now);
  for (const table of ['events', 'deliveries', 'attempts', 'statistics_minutes'] as const)
    expect(await partitions(table)).toEqual([0, 1, 2, 3].map((day) => spanOf(table, now + day * dayMs).name));
  expect(await partitions('statistics_hours')).toEqual([
    'statistics_hours_202606',
    'statistics_hours_202607',
  ]);
});

it('drops what is over its time, payloads and attempts each by their own', async () => {
  await log(['a'], [40, 31, 30, 12, 11, 9, 0]);
  await retention({ keepPayloadsDays: 30, keepAttemptsDays: 11 }).run(now);
  expect(await days('events')).toEqual(['a 0', 'a 9', 'a 11', 'a 12', 'a 30']);
  for (const table of ['deliveries', 'attempts'] as const)
    expect(await days(table)).toEqual(['a 0', 'a 9', 'a 11']);
  expect((await partitions('events'))[0]).toBe('events_20260531');
  expect((await partitions('attempts'))[0]).toBe('attempts_20260619');
});

it('keeps longer, or shorter, what is a tenant’s own period, and nothing else', async () => {
  await log(['a', 'long', 'short'], [61, 60, 45, 30, 15, 10, 0]);
  const settings = { tenantsKeepDays: 'long=60/45,short=12/10' };
  for (let run = 0; run < 2; run++) {
    await retention(settings).run(now);
    expect(await days('events')).toEqual([
      ...['a 0', 'a 10', 'a 15', 'a 30'],
      ...['long 0', 'long 10', 'long 15', 'long 30', 'long 45', 'long 60'],
      ...['short 0', 'short 10'],
    ]);
    for (const table of ['deliveries', 'attempts'] as const)
      expect(await days(table)).toEqual([
        ...['a 0', 'a 10', 'a 15', 'a 30'],
        ...['long 0', 'long 10', 'long 15', 'long 30', 'long 45'],
        ...['short 0', 'short 10'],
      ]);
  }
  // What was copied is a partition like any other.
  await new Instance(db).apply(
    'attempts',
    attemptRecords([
      attempt({ tenantId: 'long', eventId: 'evt_long_45', seq: 1, acceptedAt: ago(45), attempt: 3 }),
    ]),
  );
  expect(
    await new Instance(db).deliveries.list({ tenantId: 'long', limit: 50, eventId: 'evt_long_45' }),
  ).toMatchObject({
    items: [{ attemptCount: 3 }],
  });
});

it('forgets whom an erasure was about, a month after it is done', async () => {
  await db.query(
    `INSERT INTO erasures (id, tenant_id, kind, subscription_id, entity_name, entity_id, accepted_before, status, removed, created_at, ended_at)
     SELECT id, id, CASE WHEN id LIKE 'sub%' THEN 'subscription' ELSE 'entity' END, nullif(substring(id FROM 'sub_.'), ''),
            substring(id FROM 'order'), substring(id FROM 'order.*'), $3, CASE WHEN at IS NULL THEN 'running' ELSE 'done' END, 7, $3, at
       FROM unnest($1::text[], $2::timestamptz[]) AS row (id, at)`,
    [
      ['order-long-ago', 'order-lately', 'order-open', 'sub_1'],
      [new Date(ago(31)), new Date(ago(29)), null, new Date(ago(31))],
      new Date(ago(40)),
    ],
  );
  await db.query(`INSERT INTO erased_events VALUES ('a', 'evt_old', $1), ('a', 'evt_young', $2)`, [
    ...[new Date(ago(31)), new Date(ago(29))],
  ]);
  await retention().run(now);
  expect(
    await db.query(
      'SELECT id, entity_name AS name, entity_id AS entity, removed::int, ended_at IS NOT NULL AS done FROM erasures ORDER BY id',
    ),
  ).toEqual([
    { id: 'order-lately', name: 'order', entity: 'order-lately', removed: 7, done: true },
    { id: 'order-long-ago', name: null, entity: null, removed: 7, done: true },
    { id: 'order-open', name: 'order', entity: 'order-open', removed: 7, done: false },
    { id: 'sub_1', name: null, entity: null, removed: 7, done: true },
  ]);
  expect(await db.query('SELECT event_id FROM erased_events')).toEqual([{ event_id: 'evt_young' }]);
  const facts = await db.transaction(erasuresOf);
  expect(['order-lately', 'order-long-ago'].map((tenantId) => facts.hasEntities(tenantId))).toEqual([
    ...[true, false],
  ]);
});

it('two instances at a time end the same', async () => {
  await log(['a', 'long'], [50, 40, 20]);
  const settings = { tenantsKeepDays: 'long=45/45' };
  await Promise.all([retention(settings).run(now), retention(settings).run(now)]);
  await retention(settings).run(now);
  expect(await days('events')).toEqual(['a 20', 'long 20', 'long 40']);
  expect(await days('attempts')).toEqual(['a 20', 'long 20', 'long 40']);
});

it('one step that fails holds up no other', async () => {
  await log(['a', 'short'], [40, 15]);
  await db.query(`INSERT INTO log_minutes (partition, at, from_seq, until_seq) VALUES (9, $1, 1, 2)`, [
    new Date(ago(400)),
  ]);
  // Somebody holds on to the first partition that is to go.
  const holder = await openDatabase(stores.url);
  try {
    await holder.transaction(async (tx) => {
      await tx.query(`SELECT 1 FROM ${spanOf('events', ago(40)).name}`);
      await retention({ keepPayloadsDays: 30, tenantsKeepDays: 'short=12/12' }).run(now);
    });
    expect(await partitions('events')).toContain(spanOf('events', ago(40)).name);
    expect(await partitions('deliveries')).not.toContain(spanOf('deliveries', ago(40)).name);
    expect(await partitions('events')).toContain(spanOf('events', now + 3 * dayMs).name);
    expect(await days('events')).toEqual(['a 15', 'a 40']);
    expect(await db.query('SELECT 1 FROM log_minutes WHERE partition = 9')).toEqual([]);
    await retention({ keepPayloadsDays: 30 }).run(now);
    expect(await days('events')).toEqual(['a 15']);
  } finally {
    await holder.stop();
  }
});
