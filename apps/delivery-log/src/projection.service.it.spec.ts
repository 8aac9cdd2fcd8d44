import { attemptsTopic, decodeRejected, rejectedTopic } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import { LogReader } from '@posthorn/messaging';
import { waitFor } from '@posthorn/testing';
import pg from 'pg';
import { attempt, control, delivered, event, snapshot } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;
/** A connection of its own, as somebody who looks from outside. */
let client: pg.Client;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
  client = new pg.Client({ connectionString: stage.stores.url, options: '-c search_path=delivery_log' });
  await client.connect();
}, 60_000);

afterAll(async () => {
  await client?.end();
  await stage?.close();
}, 60_000);

const projected = <T>(condition: () => Promise<T>) => waitFor(condition, { timeoutMs: 20_000 });

const sql = async <T extends object>(text: string, params: unknown[] = []) =>
  (await client.query<T>(text, params)).rows;

describe('a deleted webhook', () => {
  it('takes its delivery logs with it, also those that come late', async () => {
    const tenantId = 'deleting';
    const seq = await cluster.tenantWith(tenantId, event({ id: `evt_${tenantId}_a` }));
    await cluster.attempt(delivered({ tenantId, eventId: `evt_${tenantId}_a`, seq }));
    await projected(
      async () => (await log.list(`${tenantId}/deliveries?status=delivered`)).items.length === 1,
    );
    await cluster.event(control({ tenantId, version: 2, status: 'deleted' }));
    await projected(async () => (await log.list(`${tenantId}/deliveries`)).items.length === 0);
    await cluster.attempt(attempt({ tenantId, eventId: `evt_${tenantId}_a`, seq, attempt: 2 }));
    await cluster.attempt(attempt({ tenantId, eventId: 'evt_mark', subscriptionId: 'sub_other', seq }));
    await projected(
      async () => (await sql(`SELECT 1 FROM deliveries WHERE event_id = 'evt_mark'`)).length === 1,
    );
    await projected(async () => (await sql('SELECT 1 FROM purges')).length === 0);
    const left = await sql(
      `SELECT d.delivery_id FROM deliveries d WHERE d.tenant_id = $1 AND d.subscription_id = 'sub_1'
       UNION SELECT delivery_id FROM attempts WHERE delivery_id = $2
       UNION SELECT event_id FROM events WHERE tenant_id = $1 AND matched <> '{}'`,
      [tenantId, deliveryId(`evt_${tenantId}_a`, 'sub_1')],
    );
    expect(left).toEqual([]);
  }, 30_000);
});

describe('the projection', () => {
  it('puts a record nobody can read aside, with its place, and goes on', async () => {
    const tenantId = 'broken';
    const seq = await cluster.tenantWith(tenantId, event({ id: `evt_${tenantId}_a` }));
    const offset = await cluster.raw(attemptsTopic.name, tenantId, Buffer.from('{"kind":"attempt"}\n'));
    await cluster.attempt(delivered({ tenantId, eventId: `evt_${tenantId}_a`, seq }));
    await projected(
      async () => (await log.list(`${tenantId}/deliveries?status=delivered`)).items.length === 1,
    );
    const reader = new LogReader(cluster.kafka, { groupId: 'test', topics: [rejectedTopic.name] });
    await reader.start();
    const rejected: ReturnType<typeof decodeRejected>[] = [];
    await reader.readRange(rejectedTopic.name, 0, 'earliest', undefined, (records) => {
      for (const { value } of records) rejected.push(decodeRejected(value));
    });
    await reader.stop();
    expect(rejected).toMatchObject([
      {
        service: 'delivery-log',
        topic: cluster.kafka.topicName(attemptsTopic.name),
        offset,
        code: 'unusable',
        reason: expect.stringContaining('tenantId'),
        original: Buffer.from('{"kind":"attempt"}\n'),
      },
    ]);
  }, 30_000);

  it('counts every distinct pair of delivery and attempt once, over restarts, rivals and cut connections', async () => {
    const tenants = Array.from({ length: 8 }, (_, i) => `counted-${i}`);
    for (const tenantId of tenants) await cluster.tenantWith(tenantId);
    const pairs = new Set<string>();
    const eventsEach = 60;
    const write = async (from: number, until: number): Promise<void> => {
      const sent: Promise<unknown>[] = [];
      for (const tenantId of tenants) {
        for (let i = from; i < until; i++) {
          const of = { tenantId, eventId: `evt_${tenantId}_${i}`, seq: i };
          sent.push(cluster.event(event({ tenantId, id: of.eventId })));
          for (let number = 1; number <= 1 + (i % 3); number++) {
            const message =
              number === 3 ? delivered({ ...of, attempt: 3 }) : attempt({ ...of, attempt: number });
            pairs.add(`${message.deliveryId}/${number}`);
            sent.push(cluster.attempt(message));
            // A new owner that sends again what was in flight.
            if (i % 7 === 0) sent.push(cluster.attempt({ ...message, startedAt: message.startedAt + 5 }));
          }
        }
      }
      await Promise.all(sent);
    };
    await write(0, 20);
    const rival = await cluster.startService(stage.stores.url);
    await write(20, 30);
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await write(30, 40);
    await cluster.stopService(stage.service);
    await write(40, 50);
    stage.service = rival;
    await write(50, eventsEach);

    const countPairs = async () =>
      (
        await sql<{ pair: string }>(
          `SELECT a.delivery_id || '/' || a.attempt AS pair FROM attempts a JOIN deliveries d USING (delivery_id)
          WHERE d.tenant_id LIKE 'counted-%'`,
        )
      ).map(({ pair }) => pair);
    await waitFor(async () => (await countPairs()).length >= pairs.size, { timeoutMs: 30_000 });
    const found = await countPairs();
    expect(found).toHaveLength(pairs.size);
    expect(new Set(found)).toEqual(pairs);
    await projected(async () => {
      const [row] = await sql<{ events: number }>(
        `SELECT count(*)::int AS events FROM events WHERE tenant_id LIKE 'counted-%' AND matched = '{sub_1}'`,
      );
      return row!.events === tenants.length * eventsEach;
    });
    const statuses = await sql(
      `SELECT status, attempts, count(*)::int AS count FROM deliveries WHERE tenant_id LIKE 'counted-%'
        GROUP BY 1, 2 ORDER BY 2`,
    );
    expect(statuses).toEqual([
      { status: 'waiting', attempts: 1, count: 160 },
      { status: 'waiting', attempts: 2, count: 160 },
      { status: 'delivered', attempts: 3, count: 160 },
    ]);
  }, 120_000);

  it('made anew, knows the subscriptions whose control records have left the log', async () => {
    const tenantId = 'rebuilt';
    await cluster.tenant(tenantId);
    await cluster.subscription({
      snapshot: snapshot({ tenantId, version: 7 }),
      matching: [{ sinceSeq: 0, filter: { types: ['order.created'] } }],
    });
    await cluster.event(event({ tenantId, id: 'evt_old' }));
    await cluster.stopService(stage.service);
    await sql(`TRUNCATE events, deliveries, attempts, lanes, windows, subscriptions, rule_books, cancellations,
                        projection_offsets`);
    stage.service = await cluster.startService(stage.stores.url);
    await projected(
      async () => (await sql('SELECT 1 FROM events WHERE tenant_id = $1', [tenantId])).length === 1,
    );
    expect(await sql('SELECT matched FROM events WHERE tenant_id = $1', [tenantId])).toEqual([
      { matched: ['sub_1'] },
    ]);
  }, 60_000);

  it('says how far behind it is', async () => {
    const response = await log.fetch('health/delivery-log');
    expect(await response.json()).toEqual({ delayMs: expect.any(Number) });
  });
});
