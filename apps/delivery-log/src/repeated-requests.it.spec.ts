import { decodeRetry } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Service } from '@posthorn/runtime';
import {
  readTopic,
  testDatabase,
  type TestDatabase,
  testKafka,
  type TestKafka,
  waitFor,
} from '@posthorn/testing';
import pg from 'pg';
import { attempt, event } from './testing/builders.js';
import { Cluster } from './testing/cluster.js';

let broker: TestKafka;
let stores: TestDatabase;
let cluster: Cluster;
let first: Service;
const paths: string[] = [];

beforeAll(async () => {
  broker = testKafka();
  stores = await testDatabase();
  cluster = new Cluster(broker.brokers, broker.prefix);
  await cluster.start();
  await cluster.key('operator', null, ['manage']);
  await cluster.key('other', null, ['manage']);
  first = await cluster.startService(stores.url);
  const seq = await cluster.tenantWith('t', event({ id: 'evt_a', acceptedAt: Date.now() }));
  const second = await cluster.event(event({ id: 'evt_b', tenantId: 't', acceptedAt: Date.now() }));
  for (const [eventId, at] of [['evt_a', seq] as const, ['evt_b', second] as const]) {
    const id = deliveryId(eventId, 'sub_1');
    await cluster.attempt(attempt({ tenantId: 't', eventId, deliveryId: id, seq: at, final: true }));
    paths.push(`v1/tenants/t/deliveries/${id}`);
  }
  for (const path of paths)
    await projected(async () => {
      const answer = await fetch(`${first.url}/${path}`, { headers: { 'x-api-key': 'operator' } });
      const { status, event: known } = (await answer.json()) as { status: string; event: object | null };
      return status === 'failed' && known;
    });
}, 60_000);

afterAll(async () => {
  await cluster?.stop();
  await broker?.cleanup();
  await stores?.drop();
}, 60_000);

const projected = <T>(condition: () => Promise<T>) => waitFor(condition, { timeoutMs: 20_000 });

async function retry({ url }: Service, path: string, idempotencyKey: string, key = 'operator') {
  const headers = { 'x-api-key': key, 'idempotency-key': idempotencyKey };
  const response = await fetch(`${url}/${path}/retry`, { method: 'POST', headers });
  const body = (await response.json()) as { code?: string; attempt?: number };
  return { status: response.status, body, replayed: response.headers.get('idempotency-replayed') };
}

async function ordered(): Promise<string[]> {
  const records = await readTopic(broker.brokers, `${broker.prefix}retries.v1`);
  return records.map(({ value }) => decodeRetry(Buffer.from(value ?? '')).deliveryId);
}

it('the same POST under the same Idempotency-Key is carried out once, after a restart too', async () => {
  const [a, b] = paths;
  const answer = await retry(first, a, 'once');
  expect([answer.status, answer.body.attempt, answer.replayed]).toEqual([202, 2, null]);
  await cluster.stopService(first);
  const service = await cluster.startService(stores.url);
  const again = await projected(async () => {
    const found = await retry(service, a, 'once');
    return found.status !== 503 && found;
  });
  expect(again).toEqual({ ...answer, replayed: 'true' });
  const other = await retry(service, b, 'once');
  expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
  expect(await ordered()).toEqual([deliveryId('evt_a', 'sub_1')]);
  // Another caller's key of the same name is another key.
  expect((await retry(service, b, 'once', 'other')).status).toBe(202);
  expect(await ordered()).toHaveLength(2);
  expect((await retry(service, b, 'no blanks')).status).toBe(422);
  first = service;
}, 60_000);

it('what was carried out before the process died is not carried out again', async () => {
  const post = async (path: string, body: object) => {
    const headers = {
      'x-api-key': 'operator',
      'idempotency-key': 'crash',
      'content-type': 'application/json',
    };
    const answer = await fetch(`${first.url}/v1/tenants/t/${path}`, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    });
    return { status: answer.status, body: (await answer.json()) as { code?: string } };
  };
  const list = async (path: string) => {
    const answer = await fetch(`${first.url}/v1/tenants/t/${path}`, { headers: { 'x-api-key': 'operator' } });
    return ((await answer.json()) as { items: object[] }).items;
  };
  const db = new pg.Client({ connectionString: stores.url });
  await db.connect();
  const orders: [string, object][] = [
    ['replays', { subscriptionId: 'sub_1', kind: 'failed' }],
    ['erasures', { entity: { name: 'order', id: 'unknown' } }],
  ];
  for (const [path, body] of orders) {
    expect([path, (await post(path, body)).status]).toEqual([path, 202]);
    const crashed = "answer = NULL, created_at = now() - interval '2 minutes'";
    await db.query(`UPDATE delivery_log.idempotency_keys SET ${crashed} WHERE key = 'crash'`);
    const again = await post(path, body);
    expect([path, again.status, again.body.code]).toEqual([path, 409, 'conflict']);
    expect(await list(path)).toHaveLength(1);
    await db.query("DELETE FROM delivery_log.idempotency_keys WHERE key = 'crash'");
  }
  await db.end();
}, 60_000);
