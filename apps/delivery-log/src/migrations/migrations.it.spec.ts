import { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { attempt, attemptRecords, startMs } from '../testing/builders.js';
import { Instance, logger, openDatabase } from '../testing/harness.js';
import { migrations } from './index.js';

let stores: TestDatabase;
beforeAll(async () => {
  stores = await testDatabase();
});
afterAll(() => stores.drop());

it('a log of the first version goes on: what is over stays so, until its newest attempt says otherwise', async () => {
  const first = new Database({
    ...{ url: stores.url, schema: 'delivery_log', migrations: migrations.slice(0, 1), poolMax: 2, logger },
  });
  await first.start();
  const statuses = ['waiting', 'delivered', 'failed', 'expired', 'cancelled'];
  for (const status of statuses)
    await first.query(
      `INSERT INTO deliveries (delivery_id, tenant_id, subscription_id, event_id, replay_id, partition, seq, event_type,
                               status, attempts, next_attempt_at, first_attempt_at, last_attempt_at, finished_at)
       VALUES ($1, 't', 's', 'e', '', 0, 5, 'x', $2, 1, $3, $4, $4, $5)`,
      [
        ...[`dlv_${status}`, status, status === 'waiting' ? new Date(startMs + 11_000) : null],
        ...[new Date(startMs + 1_000), status === 'waiting' ? null : new Date(startMs + 5_000)],
      ],
    );
  await first.query(
    `INSERT INTO events (partition, seq, tenant_id, event_id, type, "timestamp", accepted_at, data, matched)
     VALUES (0, 5, 't', 'e', 'x', '', $1, '', '{s}')`,
    [new Date(startMs)],
  );
  // A day later than its event.
  await first.query(
    `INSERT INTO attempts (delivery_id, attempt, started_at, duration_ms, outcome, final, url, response_body, truncated)
     VALUES ('dlv_failed', 1, $1, 1, 'failed', true, '', '', false)`,
    [new Date(startMs + 86_400_000)],
  );
  await first.stop();
  const now = await openDatabase(stores.url);
  try {
    const days = await now.query(
      `SELECT DISTINCT d.day::text, d.tableoid::regclass::text AS deliveries, e.tableoid::regclass::text AS events,
              a.tableoid::regclass::text AS attempts
         FROM deliveries d JOIN events e USING (seq) JOIN attempts a ON a.delivery_id = 'dlv_failed'`,
    );
    expect(days).toEqual([
      {
        ...{ day: '2026-04-15', deliveries: 'deliveries_20260415' },
        ...{ events: 'events_20260415', attempts: 'attempts_20260415' },
      },
    ]);
    const shown = () =>
      now.query('SELECT delivery_id, status, attempts, finished_at FROM deliveries ORDER BY delivery_id');
    const before = await shown();
    expect(before).toHaveLength(statuses.length);
    const repeated = statuses.map((status) =>
      attempt({
        deliveryId: `dlv_${status}`,
        tenantId: 't',
        attempt: 0,
        outcome: 'cancelled',
        final: true,
        startedAt: startMs,
      }),
    );
    await new Instance(now).apply('attempts', attemptRecords(repeated));
    expect(await shown()).toEqual(before);
    const again = repeated.map((record) => ({
      ...record,
      attempt: 2,
      outcome: 'failed' as const,
      final: false,
      startedAt: startMs + 9_000,
    }));
    await new Instance(now).apply('attempts', attemptRecords(again));
    expect(await shown()).toMatchObject(
      statuses.toSorted().map((status) => ({
        delivery_id: `dlv_${status}`,
        status: 'waiting',
        attempts: 2,
        finished_at: null,
      })),
    );
  } finally {
    await now.stop();
  }
}, 30_000);

it('an event costs four index entries: its place, which is also the order of lists, its id, type and entity', async () => {
  const db = await openDatabase(stores.url);
  try {
    const indexes = await db.query<{ columns: string }>(
      `SELECT substring(indexdef FROM 'btree (.*)') AS columns FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename = 'events' ORDER BY indexdef`,
    );
    expect(indexes.map(({ columns }) => columns).toSorted()).toEqual([
      '(event_id, seq)',
      '(tenant_id, entity_id, seq) WHERE (entity_id IS NOT NULL)',
      '(tenant_id, seq, accepted_at)',
      '(tenant_id, type, seq)',
    ]);
  } finally {
    await db.stop();
  }
}, 30_000);

it('a delivery costs three index entries, and more where it is in trouble or replayed', async () => {
  const db = await openDatabase(stores.url);
  try {
    const indexes = await db.query<{ columns: string }>(
      `SELECT substring(indexdef FROM 'btree (.*)') AS columns FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename = 'deliveries' ORDER BY indexdef`,
    );
    expect(indexes.map(({ columns }) => columns).toSorted()).toEqual([
      '(delivery_id, day)',
      `(tenant_id, COALESCE((last_status / 100), 0), seq) WHERE (status <> 'delivered'::text)`,
      `(tenant_id, replay_id) WHERE (replay_id <> ''::text)`,
      '(tenant_id, seq)',
      `(tenant_id, status, seq, subscription_id, replay_id) WHERE (status <> 'delivered'::text)`,
      '(tenant_id, subscription_id, seq)',
    ]);
  } finally {
    await db.stop();
  }
}, 30_000);
