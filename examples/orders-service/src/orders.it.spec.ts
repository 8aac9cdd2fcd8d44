import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type EventInput, partitionFor, plainWebhookId, readyEvent } from '@posthorn/publisher';
import { readTopic, testDatabase, type TestDatabase, testKafka, waitFor } from '@posthorn/testing';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { OrdersModule, type OrdersSettings } from './index.js';

const partitions = 4;
const broker = testKafka();
const topic = `${broker.prefix}inbox.v1`;
const running: INestApplication[] = [];
let database: TestDatabase;
let settings: OrdersSettings;
let db: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  settings = { databaseUrl: database.url, brokers: broker.brokers, topic };
  db = new pg.Client({ connectionString: database.url });
  await db.connect();
  const admin = new kafkajs.Kafka({ brokers: broker.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
  await admin.disconnect();
}, 30_000);
afterEach(() => Promise.all(running.splice(0).map((app) => app.close())));
afterAll(async () => {
  await db.end();
  await database.drop();
  await broker.cleanup();
}, 30_000);

/** As main.ts starts it. */
async function start(): Promise<string> {
  const app = await NestFactory.create(OrdersModule.register(settings), new FastifyAdapter(), {
    logger: false,
  });
  running.push(app);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

type Sent = { key: string; partition: number; id: string; type: string; data: Record<string, unknown> };

/** What stands on Posthorn's inbox of a tenant, with the id that Posthorn will give it. */
async function inboxOf(tenantId: string): Promise<Sent[]> {
  const records = await readTopic(broker.brokers, topic);
  return records
    .filter(({ key }) => key === tenantId)
    .map(({ key, partition, value }) => {
      const event = JSON.parse(value!) as EventInput & { data: Sent['data'] };
      const id = plainWebhookId(readyEvent(event));
      return { key: key!, partition, id, type: event.type, data: event.data };
    });
}

async function call(method: string, url: string, body: object): Promise<{ status: number; id: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const { id } = (await response.json()) as { id: string };
  return { status: response.status, id };
}

const outboxIds = async () =>
  (await db.query<{ webhook_id: string }>('SELECT webhook_id FROM posthorn_outbox ORDER BY seq')).rows.map(
    ({ webhook_id: id }) => id,
  );
const credit = (tenantId: string, cents: number) =>
  db.query('INSERT INTO accounts VALUES ($1, $2)', [tenantId, cents]);

it('an order that is placed is on posthorn.inbox.v1, and what follows it stands behind it', async () => {
  const url = await start();
  const { status, id } = await call('POST', `${url}/tenants/acme/orders`, { totalCents: 1299 });
  expect(status).toBe(201);
  for (const next of ['shipped', 'cancelled']) {
    expect((await call('PUT', `${url}/tenants/acme/orders/${id}/status`, { status: next })).status).toBe(200);
  }
  const sent = await waitFor(async () => {
    const found = await inboxOf('acme');
    return found.length === 3 && found;
  });
  expect(sent.map(({ type, data }) => [type, data])).toEqual([
    ['order.created', { id, totalCents: 1299, status: 'placed' }],
    ['order.status_changed', { id, totalCents: 1299, status: 'shipped', previousStatus: 'placed' }],
    ['order.status_changed', { id, totalCents: 1299, status: 'cancelled', previousStatus: 'shipped' }],
  ]);
  expect(new Set(sent.map(({ partition }) => partition))).toEqual(
    new Set([partitionFor('acme', partitions)]),
  );
  await waitFor(async () => (await outboxIds()).length === 0);
});

it('an order that is rolled back is told of to nobody', async () => {
  const url = await start();
  await credit('poor', 1_000);
  const { status } = await call('POST', `${url}/tenants/poor/orders`, { totalCents: 1_001 });
  expect(status).toBe(409);
  // What is written after it is sent after it: were it there, it would be there by now.
  expect((await call('POST', `${url}/tenants/poor/orders`, { totalCents: 999 })).status).toBe(201);
  const sent = await waitFor(async () => {
    const found = await inboxOf('poor');
    return found.length > 0 && found;
  });
  expect(sent.map(({ data }) => data.totalCents)).toEqual([999]);
  expect((await db.query('SELECT 1 FROM orders WHERE "tenantId" = $1', ['poor'])).rowCount).toBe(1);
});

it('killed between sending and marking: sent again, with the same id, before what follows', async () => {
  const doomed = await startDoomed();
  // It may die before it has answered.
  void call('POST', `${doomed.url}/tenants/twice/orders`, { totalCents: 1 }).catch(() => undefined);
  expect(await doomed.ended).toEqual([null, 'SIGKILL']);
  const [first, ...none] = (await inboxOf('twice')).map(({ id }) => id);
  expect([none, await outboxIds()]).toEqual([[], [first]]);

  const url = await start();
  await call('POST', `${url}/tenants/twice/orders`, { totalCents: 2 });
  const sent = await waitFor(async () => {
    const found = await inboxOf('twice');
    return found.length === 3 && found;
  });
  expect(sent.map(({ id, data }) => [id === first, data.totalCents])).toEqual([
    [true, 1],
    [true, 1],
    [false, 2],
  ]);
  await waitFor(async () => (await outboxIds()).length === 0);
}, 60_000);

async function startDoomed(): Promise<{ url: string; ended: Promise<unknown[]> }> {
  const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const hook = pathOf('../../../tools/swc-hook.mjs');
  const flags = [
    '--import',
    hook,
    '--conditions=@posthorn/source',
    '--disable-warning=TimeoutNegativeWarning',
  ];
  const script = pathOf('./testing/dies-before-mark.ts');
  const child = spawn(process.execPath, [...flags, script, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const said = once(child.stdout, 'data').then(([text]) => String(text).trim());
  const url = await Promise.race([said, ended.then(([code]) => Promise.reject(new Error(`ended: ${code}`)))]);
  return { url, ended };
}
