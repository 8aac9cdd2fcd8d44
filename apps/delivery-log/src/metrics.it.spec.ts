import { type Database, Metrics } from '@posthorn/runtime';
import { testDatabase, type TestDatabase, waitFor } from '@posthorn/testing';
import { DeliveryStore } from './delivery.store.js';
import { EventStore } from './event.store.js';
import { ExportService } from './export.service.js';
import { JobMetrics } from './metrics.js';
import { logger, openDatabase, truncate } from './testing/harness.js';

let stores: TestDatabase;
let db: Database;
let exports: ExportService;
let metrics: Metrics;

beforeAll(async () => {
  stores = await testDatabase();
  db = await openDatabase(stores.url);
}, 60_000);
afterAll(async () => {
  await db?.stop();
  await stores?.drop();
});
beforeEach(async () => {
  await truncate(db);
  await db.query('TRUNCATE replays');
  exports = new ExportService(new DeliveryStore(db), new EventStore(db), logger);
  metrics = new Metrics();
  new JobMetrics(db, exports, metrics);
});

async function read(): Promise<Record<string, number>> {
  const { resourceMetrics, errors } = await metrics.collect();
  expect(errors).toEqual([]);
  const all = resourceMetrics.scopeMetrics[0]!.metrics;
  return Object.fromEntries(
    all.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [
        `${descriptor.name} ${String(Object.values(attributes)[0])}`,
        Math.round(value as number),
      ]),
    ),
  );
}

const replay = (id: string, status: string, moved: string) =>
  db.query(
    `INSERT INTO replays (id, tenant_id, subscription_id, target_subscription_id, kind, to_at, filter, status, total,
       created_at, moved_at, partition, until_seq)
     VALUES ($1, 't', 's', 's', 'failed', now(), '{}', $2, 1, now() - interval '1 day', ${moved}, 0, 1)`,
    [id, status],
  );

it('nothing is open where nobody ordered anything', async () => {
  expect(await read()).toEqual({
    'posthorn.jobs.open export': 0,
    'posthorn.jobs.open replay': 0,
    'posthorn.jobs.open erasure': 0,
    'posthorn.jobs.still export': 0,
    'posthorn.jobs.still replay': 0,
    'posthorn.jobs.still erasure': 0,
    'posthorn.outbox.age delivery-log': 0,
  });
});

it('open orders are counted, and of those the one that has stood still longest', async () => {
  await replay('r1', 'running', `now() - interval '10 minutes'`);
  await replay('r2', 'queued', `now() - interval '30 minutes'`);
  await replay('r3', 'completed', `now() - interval '3 hours'`);
  await db.query(
    `INSERT INTO erasures (id, tenant_id, kind, accepted_before, status, created_at)
     VALUES ('e1', 't', 'tenant', now(), 'running', now() - interval '2 hours'),
            ('e2', 't', 'tenant', now(), 'done', now() - interval '9 hours')`,
  );
  const found = await read();
  expect(found['posthorn.jobs.open replay']).toBe(2);
  expect(found['posthorn.jobs.still replay']).toBeCloseTo(1_800, -1);
  expect(found['posthorn.jobs.open erasure']).toBe(1);
  expect(found['posthorn.jobs.still erasure']).toBeCloseTo(7_200, -1);
});

it('an export is open for as long as somebody reads it', async () => {
  const stream = exports.ofDeliveries({ tenantId: 't', limit: 1 }, 'csv', () => true);
  expect((await read())['posthorn.jobs.open export']).toBe(1);
  stream.destroy();
  await new Promise((resolve) => stream.once('close', resolve));
  expect((await read())['posthorn.jobs.open export']).toBe(0);
});

it.each([
  ['outbox', 'event_id'],
  ['audit_outbox', 'note_id'],
  ['forget_outbox', 'delivery_id'],
])('what waits in %s has an age, until it is gone', async (table, id) => {
  await db.query(`INSERT INTO ${table} (${id}, tenant_id, value) VALUES ('e', 't', '')`);
  // It is seen first between these two.
  const earliestMs = performance.now();
  await read();
  const latestMs = performance.now();
  const secondsSince = (ms: number): number => Math.round((performance.now() - ms) / 1_000);
  const [age, asked] = await waitFor(async () => {
    const before = secondsSince(latestMs);
    const found = (await read())['posthorn.outbox.age delivery-log'];
    return found > 0 && [found, before];
  });
  expect(age).toBeGreaterThanOrEqual(asked);
  expect(age).toBeLessThanOrEqual(secondsSince(earliestMs));
  await db.query(`DELETE FROM ${table}`);
  expect((await read())['posthorn.outbox.age delivery-log']).toBe(0);
});
