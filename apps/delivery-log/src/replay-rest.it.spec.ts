import { decodeEvents, laneKey } from '@posthorn/contracts';
import { readTopic, waitFor } from '@posthorn/testing';
import pg from 'pg';
import { control, event, parked, startMs } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

async function tenantWith(tenantId: string, status: 'active' | 'paused'): Promise<number> {
  const seq = await cluster.tenantWith(tenantId, event());
  await cluster.event(control({ tenantId, version: 2, status }));
  await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 1);
  await waitFor(async () => {
    const { body } = await log.post(`${tenantId}/replays`, 'operator', { ...whole, dryRun: true });
    return body['count'] === 1;
  });
  return seq;
}

const whole = { subscriptionId: 'sub_1', kind: 'range' };
const order = async (tenantId: string) =>
  String((await log.post(`${tenantId}/replays`, 'operator', whole)).body['id']);
const stateOf = async (tenantId: string, id: string) => (await log.ask(`${tenantId}/replays/${id}`)).body;

async function orderOf(tenantId: string): Promise<number | undefined> {
  const records = await readTopic(stage.broker.brokers, `${stage.broker.prefix}events.v1`);
  const found = records.find(({ value }) => {
    const message = decodeEvents(Buffer.from(value ?? ''));
    return message.kind === 'command' && message.command === 'replay' && message.tenantId === tenantId;
  });
  return found && Number(found.offset);
}

it('whose target is paused, or whose receiver is dead, leaves its place to others, and goes on later', async () => {
  const dead = ['dead-1', 'dead-2'];
  const paused = ['paused-1', 'paused-2'];
  const jobs = new Map<string, string>();
  for (const tenantId of dead) {
    const cursor = await tenantWith(tenantId, 'active');
    const id = await order(tenantId);
    jobs.set(tenantId, id);
    await waitFor(() => orderOf(tenantId));
    const lane = parked({ tenantId, lane: `replay/${id}`, cursor, dueAt: startMs + 3_600_000 });
    await cluster.cursor(tenantId, laneKey(tenantId, 'sub_1', lane.lane), lane);
  }
  for (const tenantId of paused) {
    await tenantWith(tenantId, 'paused');
    jobs.set(tenantId, await order(tenantId));
  }
  await waitFor(async () => {
    const all = await Promise.all([...jobs].map(([tenantId, id]) => stateOf(tenantId, id)));
    return all.every(({ status }) => status === 'running');
  });
  const reasons = await Promise.all(
    [...jobs].map(async ([tenantId, id]) => (await stateOf(tenantId, id))['reason']),
  );
  expect(reasons).toEqual([
    ...dead.map(() => expect.stringContaining('parked at attempt 1')),
    ...paused.map(() => 'the subscription is paused'),
  ]);

  await tenantWith('sixth', 'active');
  const sixth = await order('sixth');
  await waitFor(() => orderOf('sixth'), { timeoutMs: 20_000 });
  expect(await stateOf('sixth', sixth)).toMatchObject({ status: 'running' });

  // Nothing was sent to who is paused; it is when that is over.
  expect(await orderOf('paused-1')).toBeUndefined();
  await cluster.event(control({ tenantId: 'paused-1', version: 3, status: 'active' }));
  await waitFor(() => orderOf('paused-1'), { timeoutMs: 20_000 });
  const { status } = await log.post(`dead-1/replays/${jobs.get('dead-1')}/cancel`);
  expect(status).toBe(202);
  await waitFor(async () => (await stateOf('dead-1', jobs.get('dead-1')!))['status'] === 'cancelled');
}, 90_000);

it('whose step always fails leaves its place to others, and can be stopped', async () => {
  const broken = ['broken-1', 'broken-2', 'broken-3', 'broken-4'];
  for (const tenantId of broken) await tenantWith(tenantId, 'active');
  await tenantWith('healthy', 'active');
  const client = new pg.Client({ connectionString: stage.stores.url });
  await client.connect();
  try {
    // As many as may run at a time; these are no offsets.
    await client.query(
      `INSERT INTO delivery_log.replays (id, tenant_id, subscription_id, target_subscription_id, kind, to_at, filter, status,
                                         total, partition, until_seq, started_at, chunk, chunk_by)
       SELECT 'rpl_' || tenant, tenant, 'sub_1', 'sub_1', 'range', now(), '{}', 'running', 1, 0, 9, now(), 'gA==', 'lane'
         FROM unnest($1::text[]) AS tenant`,
      [broken],
    );
    const healthy = await order('healthy');
    await waitFor(() => orderOf('healthy'), { timeoutMs: 20_000 });
    expect(await stateOf('healthy', healthy)).toMatchObject({ status: 'running' });
    const { rows } = await client.query(
      `SELECT tenant_id FROM delivery_log.replays WHERE status = 'running' AND rest_until IS NOT NULL ORDER BY 1`,
    );
    expect(rows.map((row: { tenant_id: string }) => row.tenant_id)).toEqual(expect.arrayContaining(broken));
    const failing = { status: 'running', reason: 'its last step failed and is tried again', error: null };
    expect(await stateOf('broken-1', 'rpl_broken-1')).toMatchObject(failing);
    // Now it can go on, and waits for what it is to be told.
    await client.query(`UPDATE delivery_log.replays SET chunk = NULL, taken = 1 WHERE id = 'rpl_broken-2'`);
    const mended = { status: 'running', reason: null, error: null };
    const reasonOf = async () => (await stateOf('broken-2', 'rpl_broken-2'))['reason'];
    await waitFor(async () => (await reasonOf()) === null, { timeoutMs: 30_000 });
    expect(await stateOf('broken-2', 'rpl_broken-2')).toMatchObject(mended);
  } finally {
    await client.end();
  }
  const path = 'broken-1/replays/rpl_broken-1';
  expect((await log.post(`${path}/cancel`)).status).toBe(202);
  await waitFor(async () => (await log.ask(path)).body['status'] === 'cancelled', { timeoutMs: 30_000 });
}, 90_000);

it('means an event that came again within ten minutes once, and later than that anew', async () => {
  const tenantId = 'repeats';
  await cluster.tenant(tenantId);
  await cluster.event(control({ tenantId }));
  const minute = (n: number) => event({ tenantId, acceptedAt: startMs + n * 60_000 });
  for (const n of [0, 8, 16, 24, 40]) await cluster.event(minute(n));
  await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 5);
  // Of minutes 8 and 24 the dispatcher sends nothing: they repeat those of 0 and 16.
  const { body } = await log.post(`${tenantId}/replays`, 'operator', { ...whole, dryRun: true });
  expect(body).toEqual({ count: 3, estimated: false });
  const poll = { tenantId, id: 'sub_poll', kind: 'poll' as const, url: '', profile: 'standard' as const };
  await cluster.event(control({ ...poll, filter: { types: ['order.created'] } }));
  for (const n of [60, 61, 75]) await cluster.event(minute(n));
  await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 8);
  const polled = await log.ask(`${tenantId}/subscriptions/sub_poll/poll`);
  const at = (polled.body['items'] as { acceptedAt: string }[]).map(({ acceptedAt }) => acceptedAt);
  expect(at).toEqual([60, 75].map((n) => new Date(startMs + n * 60_000).toISOString()));
}, 60_000);
