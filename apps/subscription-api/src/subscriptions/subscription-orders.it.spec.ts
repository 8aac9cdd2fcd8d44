import { decodeEvents, type LaneCommand } from '@posthorn/contracts';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Stage, type Harness } from '../testing/harness.js';
import { Owner, parkedLane } from '../testing/owner.js';

type Ordered = { order: string; subscriptionId: string; commandId?: string; status: string; version: number };
type Problem = { code: string; detail: string };
type Read = { version: number; updatedAt: string; status: string; health: { state: string } };

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
const read = async (id: string) => (await api.call<Read>('GET', `${path}/${id}`, { key })).body;
const order = (id: string, name: string) => api.call<Ordered>('POST', `${path}/${id}/${name}`, { key });
const refused = async (id: string, name: string) => {
  const { status, headers, body } = await api.call<Problem>('POST', `${path}/${id}/${name}`, { key });
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return [status, body.code, body.detail];
};

async function park(id: string): Promise<void> {
  await owner.say({ tenantId, id }, parkedLane());
  await waitFor(async () => (await read(id)).health.state === 'parked');
}

/** What of the subscription is in the log, in its order. */
function logged(id: string): string[] {
  return stage.events.records.flatMap(({ value, key: recordKey }) => {
    const message = decodeEvents(value);
    if (message.kind === 'subscription' && message.snapshot.id === id)
      return [`${message.snapshot.version} ${message.snapshot.status}`];
    if (message.kind !== 'command' || message.subscriptionId !== id) return [];
    expect(recordKey).toBe(tenantId);
    return [message.command];
  });
}
const commands = (id: string): LaneCommand[] =>
  stage.events.records
    .map(({ value }) => decodeEvents(value))
    .filter((message): message is LaneCommand => message.kind === 'command' && message.subscriptionId === id);

describe.each([
  ['retry', 'retry-now'],
  ['skip', 'skip'],
])('%s', (name, command) => {
  it('of a parked lane is told to the owner, and stands in the history', async () => {
    const id = await subscribe();
    await park(id);
    const before = await read(id);
    const { status, body } = await order(id, name);
    expect([status, body]).toEqual([
      202,
      {
        ...{ order: name, subscriptionId: id, commandId: expect.stringMatching(/^cmd_[a-z2-7]{26}$/) },
        ...{ status: 'active', version: 2 },
      },
    ]);
    await waitFor(() => commands(id).length === 1);
    const { commandId } = body;
    expect(commands(id)).toEqual([
      {
        kind: 'command',
        id: commandId,
        tenantId,
        subscriptionId: id,
        command,
        args: { cursors: [7] },
      },
    ]);
    expect(await read(id)).toMatchObject({ version: 2, updatedAt: before.updatedAt });
    const { rows } = await stage.db.query(
      `SELECT type, payload, actor FROM subscription_api.aggregate_events WHERE aggregate_id = $1 AND version = 2`,
      [id],
    );
    expect(rows).toEqual([
      {
        type: `${name}-ordered`,
        payload: { commandId, cursors: [7] },
        actor: expect.stringMatching(/^key_/),
      },
    ]);
  });

  it('makes no sense where nothing is parked', async () => {
    const id = await subscribe();
    const before = await stage.everything();
    expect(await refused(id, name)).toEqual([
      409,
      'conflict',
      expect.stringContaining('no lane of it is parked'),
    ]);
    expect(await stage.everything()).toBe(before);
    await order(id, 'pause');
    expect(await refused(id, name)).toEqual([409, 'conflict', expect.stringContaining('resume it')]);
  });
});

it('pause, resume, disable and enable change the status, each where it makes sense', async () => {
  const id = await subscribe();
  const said: unknown[] = [];
  for (const name of [
    'resume',
    'pause',
    'pause',
    'resume',
    'disable',
    'pause',
    'disable',
    'enable',
    'enable',
  ])
    said.push([name, (await order(id, name)).status]);
  expect(said).toEqual([
    ['resume', 409],
    ['pause', 202],
    ['pause', 409],
    ['resume', 202],
    ['disable', 202],
    ['pause', 409],
    ['disable', 409],
    ['enable', 202],
    ['enable', 409],
  ]);
  expect(await refused(id, 'enable')).toEqual([409, 'conflict', 'It is active already.']);
  const ordered = { order: 'pause', subscriptionId: id, status: 'paused', version: 6 };
  expect((await order(id, 'pause')).body).toEqual(ordered);
  expect(await read(id)).toMatchObject({ status: 'paused', version: 6 });
  await waitFor(() => logged(id).length === 6);
  expect(logged(id)).toEqual(['1 active', '2 paused', '3 active', '4 disabled', '5 active', '6 paused']);
});

it('stands in the log in the order of the changes around it', async () => {
  const id = await subscribe();
  await park(id);
  await order(id, 'retry');
  await api.call('PATCH', `${path}/${id}`, { key, body: { name: 'next' } });
  await order(id, 'skip');
  await order(id, 'pause');
  await waitFor(() => logged(id).length === 5);
  expect(logged(id)).toEqual(['1 active', 'retry-now', '3 active', 'skip', '5 paused']);
});

it('is nobody else’s business', async () => {
  const id = await subscribe();
  await park(id);
  const foreign = await api.tenant('foreign', 'standard');
  const keys = `/v1/tenants/${tenantId}/keys`;
  const body = { name: 'reader', scopes: ['read', 'publish'] };
  const reader = (await api.call('POST', keys, { key, body })).body['key'];
  const before = await stage.everything();
  const statusOf = async (caller: string | undefined, at = `${path}/${id}/retry`) =>
    (await api.call('POST', at, caller === undefined ? {} : { key: caller })).status;
  expect([
    await statusOf(undefined),
    await statusOf(foreign),
    await statusOf(reader),
    await statusOf(foreign, `/v1/tenants/foreign/subscriptions/${id}/retry`),
    await statusOf(key, `${path}/sub_unknown/retry`),
    await statusOf(key, `${path}/${id}/explode`),
  ]).toEqual([401, 404, 403, 404, 404, 404]);
  expect(await stage.everything()).toBe(before);
});
