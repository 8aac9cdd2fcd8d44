import {
  decodeEvents,
  decodeRetry,
  decodeSeqs,
  laneKey,
  type LaneCommand,
  windowKey,
} from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import { partitionFor } from '@posthorn/messaging';
import { readTopic, waitFor } from '@posthorn/testing';
import { attempt, control, delivered, event, startMs } from './testing/builders.js';
import { Cluster, LogApi, partitions } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const at = (i: number) => startMs + i * 60_000;
const iso = (i: number) => new Date(at(i)).toISOString();

/** A tenant with events a minute apart, of which every other one is about an order. */
async function tenantWith(tenantId: string, count: number): Promise<number[]> {
  await cluster.tenantWith(tenantId);
  await cluster.event(control({ tenantId, version: 2, filter: { types: ['*'] } }));
  const seqs: number[] = [];
  for (let i = 0; i < count; i++) {
    const type = i % 2 ? 'customer.created' : 'order.created';
    const entity = { name: i % 2 ? 'customer' : 'order', id: `e${i}` };
    seqs.push(await cluster.event(event({ tenantId, id: `evt_${i}`, type, entity, acceptedAt: at(i) })));
  }
  await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === count);
  return seqs;
}

async function commands(tenantId: string): Promise<(LaneCommand & { seq: number })[]> {
  const records = await readTopic(stage.broker.brokers, `${stage.broker.prefix}events.v1`);
  return records.flatMap(({ value, offset }) => {
    const message = decodeEvents(Buffer.from(value ?? ''));
    return message.kind === 'command' && message.tenantId === tenantId
      ? [{ ...message, seq: Number(offset) }]
      : [];
  });
}

const whole = { subscriptionId: 'sub_1', kind: 'range' };

describe('how many events a replay would send', () => {
  beforeAll(async () => {
    const seqs = await tenantWith('counts', 6);
    const of = { tenantId: 'counts', final: true };
    for (const i of [0, 1, 2]) await cluster.attempt(attempt({ ...of, eventId: `evt_${i}`, seq: seqs[i] }));
    await cluster.attempt(delivered({ ...of, eventId: 'evt_3', seq: seqs[3] }));
    // Sent again in the meantime, and delivered.
    const again = { ...of, replayId: 'rpl_1', deliveryId: 'dlv_again', eventId: 'evt_2', seq: seqs[2] };
    await cluster.attempt(delivered(again));
    await waitFor(async () => (await log.list('counts/deliveries?status=delivered')).items.length === 2);
    await waitFor(async () => (await log.list('counts/deliveries?status=failed')).items.length === 3);
  }, 60_000);

  it.each([
    [whole, 6],
    [{ ...whole, from: iso(2) }, 4],
    [{ ...whole, from: iso(2), to: iso(4) }, 2],
    [{ ...whole, filter: { types: ['order.created'] } }, 3],
    [{ ...whole, filter: { types: ['*.created'] } }, 6],
    [{ ...whole, filter: { types: ['order.*', 'customer.created'] } }, 6],
    [{ ...whole, filter: { types: ['order'] } }, 0],
    [{ ...whole, filter: { entityName: 'customer', entityId: 'e3' } }, 1],
    [{ subscriptionId: 'sub_1', kind: 'failed' }, 2],
    [{ subscriptionId: 'sub_1', kind: 'failed', filter: { types: ['order.created'] } }, 1],
    [{ subscriptionId: 'sub_1', kind: 'failed', from: iso(1) }, 1],
  ])('%j: %d', async (body, count) => {
    const answer = await log.post('counts/replays', 'operator', { ...body, dryRun: true });
    expect(answer).toMatchObject({ status: 200, body: { count } });
    expect((await log.list('counts/replays')).items).toEqual([]);
  });

  it.each([
    [{ kind: 'range' }, '/subscriptionId'],
    [{ subscriptionId: 'sub_1' }, '/kind'],
    [{ ...whole, subscriptionId: 'sub_of_others' }, '/subscriptionId'],
    [{ ...whole, targetSubscriptionId: 'sub_of_others' }, '/targetSubscriptionId'],
    [{ ...whole, from: iso(3), to: iso(3) }, '/from'],
    [{ ...whole, from: 'yesterday' }, '/from'],
    [{ ...whole, filter: { types: [] } }, '/filter/types'],
    [{ ...whole, filter: { type: 'x' } }, '/filter/type'],
    [{ ...whole, filter: { entityId: 'a\u0000b' } }, '/filter/entityId'],
    [{ ...whole, filter: { entityName: 'a\ud800b' } }, '/filter/entityName'],
    [{ ...whole, filter: { types: ['order.*', 'a\u0000'] } }, '/filter/types'],
    [{ ...whole, dryRun: 'yes' }, '/dryRun'],
  ])('is no question: %j', async (body, pointer) => {
    const answer = await log.post('counts/replays', 'operator', body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid', errors: [{ pointer }] } });
  });
});

describe('a replay', () => {
  it('is ordered from the dispatcher, shows its progress, and ends when everything is told', async () => {
    const tenantId = 'runs';
    const seqs = await tenantWith(tenantId, 5);
    const ordered = await log.post(`${tenantId}/replays`, 'operator', {
      ...whole,
      filter: { types: ['order.created'] },
    });
    expect(ordered).toMatchObject({
      status: 202,
      body: { status: 'queued', total: 3, done: 0, error: null },
    });
    const replayId = String(ordered.body['id']);
    const [order] = await waitFor(async () => {
      const found = await commands(tenantId);
      return found.length > 0 && found;
    });
    const meant = [seqs[0], seqs[2], seqs[4]];
    expect(order).toMatchObject({ command: 'replay', subscriptionId: 'sub_1' });
    expect(order.args).toMatchObject({ replayId, fromSeq: seqs[0], untilSeq: seqs[4] + 1, ratePerS: 200 });
    expect(decodeSeqs(String(order.args['seqs']))).toEqual(meant);

    const lane = `replay/${replayId}`;
    const record = { tenantId, subscriptionId: 'sub_1', lane, cursor: seqs[0], failingSince: null };
    await cluster.cursor(tenantId, laneKey(tenantId, 'sub_1', lane), {
      ...{ kind: 'behind', attempt: 0, ...record },
    });
    const window = { kind: 'window' as const, next: order.seq + 1, bitmap: '', at: Date.now() };
    await cluster.cursor(tenantId, windowKey, window);
    for (const [i, seq] of meant.entries()) {
      const eventId = `evt_${i * 2}`;
      const of = { tenantId, eventId, seq, replayId, deliveryId: deliveryId(eventId, 'sub_1', replayId) };
      await cluster.attempt(i === 1 ? attempt({ ...of, final: true }) : delivered(of));
    }
    const path = `${tenantId}/replays/${replayId}`;
    await waitFor(async () => (await log.ask(path)).body['done'] === 2);
    expect((await log.ask(path)).body).toMatchObject({
      status: 'running',
      done: 2,
      failed: 1,
      endedAt: null,
    });
    await cluster.cursor(tenantId, laneKey(tenantId, 'sub_1', lane), null);
    await waitFor(async () => (await log.ask(path)).body['status'] === 'done');
    expect((await log.ask(path)).body).toMatchObject({
      total: 3,
      done: 2,
      failed: 1,
      waiting: 0,
      error: null,
    });
    expect(
      (await log.list(`${tenantId}/deliveries`)).items.filter((one) => one['replayId'] === replayId),
    ).toHaveLength(3);
    expect(await commands(tenantId)).toHaveLength(1);
  }, 60_000);

  it('goes on in another instance, and can be stopped', async () => {
    const tenantId = 'stops';
    await tenantWith(tenantId, 2);
    const { body } = await log.post(`${tenantId}/replays`, 'operator', whole);
    await waitFor(async () => (await commands(tenantId)).length === 1);
    const rival = await cluster.startService(stage.stores.url);
    await cluster.stopService(stage.service);
    stage.service = rival;
    await waitFor(() => log.isReady(), { timeoutMs: 20_000 });
    const path = `${tenantId}/replays/${String(body['id'])}`;
    expect((await log.ask(path)).body['status']).toBe('running');
    expect((await log.post(`${path}/cancel`)).status).toBe(202);
    await waitFor(async () => (await log.ask(path)).body['status'] === 'cancelled');
    const [, cancel] = await commands(tenantId);
    expect(cancel).toMatchObject({ command: 'cancel-replay', args: { replayId: body['id'] } });
    expect(await log.post(`${path}/cancel`)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  }, 60_000);

  it('to a test subscription goes there, and ends where that is disabled', async () => {
    const tenantId = 'tests';
    await tenantWith(tenantId, 2);
    await cluster.event(control({ tenantId, id: 'sub_test', filter: { types: ['nothing'] } }));
    await waitFor(
      async () =>
        (
          await log.post(`${tenantId}/replays`, 'operator', {
            ...whole,
            targetSubscriptionId: 'sub_test',
            dryRun: true,
          })
        ).status === 200,
    );
    const { body } = await log.post(`${tenantId}/replays`, 'operator', {
      ...{ ...whole, targetSubscriptionId: 'sub_test' },
    });
    const [order] = await waitFor(async () => {
      const found = await commands(tenantId);
      return found.length > 0 && found;
    });
    expect(order).toMatchObject({ subscriptionId: 'sub_test', args: { replayId: body['id'] } });
    await cluster.event(control({ tenantId, id: 'sub_test', version: 2, status: 'disabled' }));
    const path = `${tenantId}/replays/${String(body['id'])}`;
    await waitFor(async () => (await log.ask(path)).body['status'] === 'failed');
    expect((await log.ask(path)).body['error']).toBe('The subscription was disabled.');
  }, 60_000);

  it('of what the log no longer holds is sent from here, in order', async () => {
    const tenantId = 'older';
    const seqs = await tenantWith(tenantId, 3);
    await cluster.event(control({ tenantId, version: 3, ordering: 'strict', filter: { types: ['*'] } }));
    await cluster.forgetBelow(tenantId, seqs[2] + 1);
    const { body } = await log.post(`${tenantId}/replays`, 'operator', whole);
    const replayId = String(body['id']);
    const ofTenant = async () => {
      const records = await readTopic(stage.broker.brokers, `${stage.broker.prefix}retries.v1`);
      return records
        .map(({ value, partition }) => ({ ...decodeRetry(Buffer.from(value ?? '')), partition }))
        .filter((retry) => retry.tenantId === tenantId);
    };
    for (const [i, seq] of seqs.entries()) {
      const retries = await waitFor(async () => {
        const found = await ofTenant();
        return found.length > i && found;
      });
      expect(retries).toHaveLength(i + 1);
      const id = deliveryId(`evt_${i}`, 'sub_1', replayId);
      expect(retries[i]).toMatchObject({
        ...{ deliveryId: id, seq, attempt: 0, replayId, partition: partitionFor(tenantId, partitions) },
      });
      expect(decodeEvents(retries[i].event)).toMatchObject({ id: `evt_${i}`, tenantId });
      await cluster.attempt(delivered({ tenantId, eventId: `evt_${i}`, seq, replayId, deliveryId: id }));
    }
    const path = `${tenantId}/replays/${replayId}`;
    await waitFor(async () => (await log.ask(path)).body['status'] === 'done', { timeoutMs: 20_000 });
    expect((await log.ask(path)).body).toMatchObject({ total: 3, done: 3 });
  }, 60_000);
});

it('nobody orders, sees or stops a replay of another tenant', async () => {
  await tenantWith('mine', 1);
  await tenantWith('theirs', 1);
  await cluster.key('mine', 'mine', ['manage']);
  await cluster.key('mine-reads', 'mine', ['read']);
  const { body } = await log.post('theirs/replays', 'operator', whole);
  const id = String(body['id']);
  expect((await log.post('theirs/replays', 'mine', whole)).status).toBe(404);
  expect((await log.ask('theirs/replays', 'mine')).status).toBe(404);
  expect((await log.ask(`theirs/replays/${id}`, 'mine')).status).toBe(404);
  expect((await log.post(`theirs/replays/${id}/cancel`, 'mine')).status).toBe(404);
  // Under the own tenant neither.
  expect((await log.ask(`mine/replays/${id}`, 'mine')).status).toBe(404);
  expect((await log.post(`mine/replays/${id}/cancel`, 'mine')).status).toBe(404);
  expect((await log.list('mine/replays')).items).toEqual([]);
  expect((await log.post('mine/replays', 'mine-reads', whole)).status).toBe(403);
  expect((await log.ask('mine/replays', 'mine-reads')).status).toBe(200);
  expect((await log.post(`mine/replays/${id}/cancel`, 'mine-reads')).status).toBe(403);
}, 60_000);
