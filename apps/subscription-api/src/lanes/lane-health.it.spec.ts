import { encodeCursors, laneKey, type LaneMessage } from '@posthorn/contracts';
import { partitionFor } from '@posthorn/messaging';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { Stage, type Harness } from '../testing/harness.js';

type Read = { status: string; statusReason?: string; health: Record<string, unknown> };

const tenantId = 'tenant';
let stage: Stage;
let api: Harness;
let key: string;
/** Stands for the partition's owner: writes what a dispatcher would. */
let owner: Producer;

beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
  key = await api.tenant(tenantId, 'standard');
  const { brokers } = stage.stores.kafka;
  owner = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ allowAutoTopicCreation: false });
  await owner.connect();
}, 60_000);
afterAll(async () => {
  await owner.disconnect();
  await stage.close();
}, 30_000);

const path = `/v1/tenants/${tenantId}/subscriptions`;
const subscribe = async (): Promise<string> =>
  (await api.call('POST', path, { key, body: { url: 'https://example.org/x' } })).body['id'];
const read = async (id: string, at = api) => (await at.call<Read>('GET', `${path}/${id}`, { key })).body;

/** Null: the lane is live again. */
async function say(id: string, lane: string, message: object | null, timestamp = Date.now()): Promise<void> {
  const value =
    message && encodeCursors({ tenantId, subscriptionId: id, lane, cursor: 7, ...message } as LaneMessage);
  const record = { key: laneKey(tenantId, id, lane), value, partition: partitionFor(tenantId, 4) };
  const messages = [{ ...record, timestamp: String(timestamp) }];
  await owner.send({ topic: `${stage.stores.kafka.prefix}cursors.v1`, messages });
}

const at = Date.UTC(2026, 3, 15, 10);
const parked = { kind: 'parked', attempt: 3, dueAt: at + 4_000, failingSince: at, reason: 'failing' };

it('shows the worst lane, and live again when that is over', async () => {
  const id = await subscribe();
  await say(id, '0', { kind: 'behind', attempt: 0, failingSince: null }, at + 1_000);
  await waitFor(async () => (await read(id)).health['state'] === 'behind');
  await say(id, '1', parked, at + 2_000);
  await say(id, 'replay/rpl_1', { ...parked, attempt: 9, failingSince: at - 1 });
  await waitFor(async () => (await read(id)).health['state'] === 'parked');
  expect((await read(id)).health).toEqual({
    state: 'parked',
    attempt: 3,
    nextAttemptAt: '2026-04-15T10:00:04.000Z',
    failingSince: '2026-04-15T10:00:00.000Z',
    waitingSince: '2026-04-15T10:00:00.000Z',
  });
  await say(id, '1', null);
  await say(id, '0', null);
  await waitFor(async () => (await read(id)).health['state'] === 'live');
});

it('disables what answered 410, once, and says why', async () => {
  const id = await subscribe();
  await say(id, '0', { ...parked, gone: true });
  await say(id, '0', { ...parked, gone: true, attempt: 4 });
  await waitFor(async () => (await read(id)).status === 'disabled');
  expect(await read(id)).toMatchObject({ statusReason: 'The receiver answered 410 Gone.', version: 2 });
  await waitFor(() => stage.snapshots(id).length === 2);
  expect(stage.snapshots(id)[1]).toMatchObject({ status: 'disabled', version: 2 });
});

it('respects whoever switches it on again, also after a restart, until it is gone again', async () => {
  const id = await subscribe();
  await say(id, '0', { ...parked, gone: true });
  await waitFor(async () => (await read(id)).status === 'disabled');
  await api.call('PATCH', `${path}/${id}`, { key, body: { status: 'active' } });
  const second = await stage.start();
  // The record is still the lane's last one, and says gone; the restarted instance has read it when it
  // shows.
  await waitFor(async () => (await read(id, second)).health['state'] === 'parked');
  const marker = await subscribe();
  await say(marker, '0', { ...parked, gone: true });
  await waitFor(async () => (await read(marker)).status === 'disabled');
  expect(await read(id)).toMatchObject({ status: 'active' });
  await say(id, '0', { ...parked, gone: true, attempt: 5 }, Date.now() + 1);
  await waitFor(async () => (await read(id)).status === 'disabled');
});

it('a start acts on what is still true at the end of the log, not on what it reads on its way there', async () => {
  const [back, gone] = [await subscribe(), await subscribe()];
  await stage.stop();
  await say(back, '0', { ...parked, gone: true });
  await say(back, '0', null);
  await say(gone, '0', { ...parked, gone: true });
  api = await stage.start();
  await waitFor(async () => (await read(gone)).status === 'disabled');
  expect(await read(back)).toMatchObject({ status: 'active', version: 1 });
});
