import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Stage, type Harness } from '../testing/harness.js';
import { Owner } from '../testing/owner.js';

type Read = { status: string; statusReason?: string; health: Record<string, unknown> };

const tenantId = 'tenant';
let stage: Stage;
let api: Harness;
let key: string;
let owner: Owner;

beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
  key = await api.tenant(tenantId, 'standard');
  owner = await Owner.open(stage.stores.kafka);
}, 60_000);
afterAll(async () => {
  await owner.close();
  await stage.close();
}, 30_000);

const path = `/v1/tenants/${tenantId}/subscriptions`;
const subscribe = async (): Promise<string> =>
  (await api.call('POST', path, { key, body: { url: 'https://example.org/x' } })).body['id'];
const read = async (id: string, at = api) => (await at.call<Read>('GET', `${path}/${id}`, { key })).body;

const say = (id: string, lane: string, message: object | null, timestamp?: number): Promise<void> =>
  owner.say({ tenantId, id, lane }, message, timestamp);

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

describe('a receiver that fails for too long', () => {
  const limitMs = 600;
  const env = { POSTHORN_DISABLE_AFTER_FAILING_MS: String(limitMs) };
  const failing = (sinceMs: number) => ({ ...parked, failingSince: sinceMs, dueAt: Date.now() + 60_000 });

  beforeAll(async () => {
    await stage.stop();
    api = await stage.start(env);
  });

  it('is disabled when the time has come, without another word of its lane', async () => {
    const id = await subscribe();
    const sinceMs = Date.now();
    await say(id, '0', failing(sinceMs));
    await waitFor(async () => (await read(id)).status === 'disabled');
    expect(Date.now() - sinceMs).toBeGreaterThanOrEqual(limitMs);
    expect(await read(id)).toMatchObject({
      statusReason: `The receiver has been failing since ${new Date(sinceMs).toISOString()}, without a success.`,
      version: 2,
    });
    await waitFor(() => stage.snapshots(id).length === 2);
    expect(stage.snapshots(id)[1]).toMatchObject({ status: 'disabled', version: 2 });
  });

  it('is left alone when it succeeds in time', async () => {
    const id = await subscribe();
    await say(id, '0', failing(Date.now()));
    await say(id, '0', { kind: 'behind', attempt: 0, failingSince: null });
    const marker = await subscribe();
    await say(marker, '0', failing(Date.now()));
    await waitFor(async () => (await read(marker)).status === 'disabled');
    expect(await read(id)).toMatchObject({ status: 'active', version: 1 });
  });

  it('counts again from where somebody switched it on, also after a restart', async () => {
    const id = await subscribe();
    await say(id, '0', failing(Date.now() - limitMs));
    await waitFor(async () => (await read(id)).status === 'disabled');
    const switchedOnMs = Date.now();
    expect((await api.call('POST', `${path}/${id}/enable`, { key })).status).toBe(202);
    await stage.stop();
    // The record is still the lane's last one.
    api = await stage.start(env);
    await waitFor(async () => (await read(id)).status === 'disabled');
    const { statusReason = '' } = await read(id);
    const countedFrom = Date.parse(/since (\S+),/.exec(statusReason)?.[1] ?? '');
    expect(countedFrom).toBeGreaterThanOrEqual(switchedOnMs);
    expect(await read(id)).toMatchObject({ version: 4 });
  });
});
