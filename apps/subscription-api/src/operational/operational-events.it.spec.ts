import { decodeEvents, type EventMessage } from '@posthorn/contracts';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Stage, type Harness } from '../testing/harness.js';
import { Owner, parkedLane } from '../testing/owner.js';

let stage: Stage;
let api: Harness;
let owner: Owner;

beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
  owner = await Owner.open(stage.stores.kafka);
}, 60_000);
afterAll(async () => {
  await owner.close();
  await stage.close();
}, 30_000);

type Tenant = { tenantId: string; key: string; path: string };

let tenants = 0;
async function tenant(): Promise<Tenant> {
  const tenantId = `tenant-${++tenants}`;
  const path = `/v1/tenants/${tenantId}/subscriptions`;
  return { tenantId, path, key: await api.tenant(tenantId, 'standard') };
}
async function subscribe({ key, path }: Tenant, types: string[], ordering = 'strict'): Promise<string> {
  const body = { name: types[0], url: 'https://example.org/x', filter: { types }, ordering };
  const made = await api.call('POST', path, { key, body });
  expect(made.status).toBe(201);
  return made.body['id'];
}

type Said = { id: string; type: string; entity: string | undefined; data: Record<string, unknown> };

/** Every event of the tenant, in its order in the log. */
function said({ tenantId }: Tenant): Said[] {
  return stage.events.records
    .map(({ value }) => decodeEvents(value))
    .filter((message): message is EventMessage => message.kind === 'event' && message.tenantId === tenantId)
    .map(({ id, type, entity, data }) => ({
      ...{ id, type, entity: entity?.id },
      data: JSON.parse(data.toString()) as Said['data'],
    }));
}
const types = (of: Tenant) => said(of).map(({ type }) => type.replace('posthorn.subscription.', ''));

/** When it shows, everything that was said before it has been looked at. */
async function settle(at: Tenant, on = api): Promise<void> {
  const marker = await subscribe(at, ['marker']);
  await owner.say({ ...at, id: marker }, parkedLane({ gone: true }));
  const read = async () => (await on.call('GET', `${at.path}/${marker}`, at)).body;
  await waitFor(async () => (await read())['status'] === 'disabled');
}

it('tells once that a subscription fails and once that it recovered, whatever its lanes do', async () => {
  const at = await tenant();
  await subscribe(at, ['posthorn.*']);
  const id = await subscribe(at, ['order.*'], 'per-entity');
  const sinceMs = Date.now() - 5_000;
  const [a, b] = [
    { ...at, id, lane: '1' },
    { ...at, id, lane: '2' },
  ];
  await owner.say(a, parkedLane({ failingSince: sinceMs, dueAt: sinceMs + 60_000 }));
  await owner.say(a, parkedLane({ failingSince: sinceMs, attempt: 4 }));
  await owner.say(b, parkedLane());
  await owner.say(a, null);
  await owner.say(b, { kind: 'behind', attempt: 0, failingSince: null });
  const overMs = Date.now();
  await owner.say(b, null, overMs);
  await waitFor(() => said(at).length === 2);
  const failingSince = new Date(sinceMs).toISOString();
  const common = { subscriptionId: id, name: 'order.*', url: 'https://example.org/x', failingSince };
  const nextAttemptAt = new Date(sinceMs + 60_000).toISOString();
  expect(said(at)).toEqual([
    {
      ...{ id: expect.stringMatching(/^evt_/), type: 'posthorn.subscription.failing', entity: id },
      data: { ...common, reason: 'failing', attempt: 3, nextAttemptAt },
    },
    {
      ...{ id: expect.stringMatching(/^evt_/), type: 'posthorn.subscription.recovered', entity: id },
      data: { ...common, recoveredAt: new Date(overMs).toISOString() },
    },
  ]);
  // An event was given up in between, and nothing was ever delivered: it still fails since then.
  await owner.say(a, parkedLane({ failingSince: sinceMs, reason: 'breaker' }), overMs + 1);
  await waitFor(() => said(at).length === 3);
  expect(said(at)[2]).toMatchObject({ type: 'posthorn.subscription.failing', data: { reason: 'breaker' } });
});

it.each<[string, string[], string[]]>([
  ['everybody', [], []],
  ['who asks for everything', ['*', '*.*.*'], []],
  ['who asks for something else', ['posthorn.delivery.failed'], []],
  ['who asks for the end', ['posthorn.*.recovered'], ['recovered']],
  ['who asks for the beginning', ['posthorn.subscription.failing'], ['failing']],
])('tells %s (%j): %j', async (_, filter, told) => {
  const at = await tenant();
  if (filter.length > 0) await subscribe(at, filter);
  const id = await subscribe(at, ['order.*']);
  await owner.say({ ...at, id }, parkedLane());
  await owner.say({ ...at, id }, null);
  await settle(at);
  await waitFor(() => types(at).length === told.length);
  expect(types(at)).toEqual(told);
});

it('nobody asks who is switched off himself', async () => {
  const at = await tenant();
  const listener = await subscribe(at, ['posthorn.*']);
  await api.call('POST', `${at.path}/${listener}/disable`, at);
  const id = await subscribe(at, ['order.*']);
  await owner.say({ ...at, id }, parkedLane());
  await settle(at);
  expect(said(at)).toEqual([]);
});

it('tells nothing of a subscription that asks for operational events itself', async () => {
  const at = await tenant();
  const listener = await subscribe(at, ['posthorn.*']);
  await subscribe(at, ['posthorn.subscription.failing']);
  const both = await subscribe(at, ['order.*', 'posthorn.delivery.failed']);
  for (const id of [listener, both]) {
    await owner.say({ ...at, id }, parkedLane());
    await owner.say({ ...at, id }, null);
    await owner.say({ ...at, id }, parkedLane({ gone: true }));
  }
  const read = async () => (await api.call('GET', `${at.path}/${both}`, at)).body;
  await waitFor(async () => (await read())['status'] === 'disabled');
  expect(said(at)).toEqual([]);
  // Unless it was somebody's doing: that is nobody's failure.
  const other = await subscribe(at, ['posthorn.*', 'x']);
  await subscribe(at, ['posthorn.*']);
  await api.call('POST', `${at.path}/${other}/disable`, at);
  await waitFor(() => said(at).length === 1);
  expect(said(at)[0]).toMatchObject({ entity: other, data: { reason: 'person' } });
});

describe('tells that a subscription was disabled', () => {
  const disabled = (at: Tenant) => said(at).filter(({ type }) => type === 'posthorn.subscription.disabled');

  it('by somebody, each time, in whatever way', async () => {
    const at = await tenant();
    await subscribe(at, ['posthorn.subscription.disabled']);
    const id = await subscribe(at, ['order.*']);
    const patch = (status: string) => api.call('PATCH', `${at.path}/${id}`, { ...at, body: { status } });
    await patch('disabled');
    await patch('disabled');
    await patch('active');
    await patch('paused');
    await api.call('POST', `${at.path}/${id}/disable`, at);
    await waitFor(() => disabled(at).length === 2);
    const data = { subscriptionId: id, reason: 'person', detail: 'It was switched off by somebody.' };
    expect(said(at)).toMatchObject([
      { entity: id, data },
      { entity: id, data },
    ]);
    expect(new Set(said(at).map((one) => one.id)).size).toBe(2);
    // After the snapshot that does it.
    const places = stage.events.records.flatMap(({ value }) => {
      const message = decodeEvents(value);
      if (message.kind === 'event') return message.tenantId === at.tenantId ? ['told'] : [];
      return message.kind === 'subscription' && message.snapshot.id === id ? [message.snapshot.status] : [];
    });
    expect(places).toEqual(['active', 'disabled', 'told', 'active', 'paused', 'disabled', 'told']);
  });

  it('by its receiver that is gone, and nothing else of that', async () => {
    const at = await tenant();
    await subscribe(at, ['posthorn.*']);
    const id = await subscribe(at, ['order.*']);
    await owner.say({ ...at, id }, parkedLane({ gone: true }));
    await waitFor(() => disabled(at).length === 1);
    await owner.say({ ...at, id }, null);
    await settle(at);
    await waitFor(() => said(at).length === 2);
    const data = { subscriptionId: id, reason: 'gone', detail: 'The receiver answered 410 Gone.' };
    // The other one is the marker's own.
    expect(said(at)[0]).toMatchObject({ type: 'posthorn.subscription.disabled', entity: id, data });
    expect(said(at)[1].entity).not.toBe(id);
  });

  it('while it fails, which ends that without a recovery', async () => {
    const at = await tenant();
    await subscribe(at, ['posthorn.*']);
    const id = await subscribe(at, ['order.*']);
    await owner.say({ ...at, id }, parkedLane());
    await waitFor(() => said(at).length === 1);
    const disabledMs = Date.now();
    await api.call('POST', `${at.path}/${id}/disable`, at);
    await owner.say({ ...at, id }, null);
    await api.call('POST', `${at.path}/${id}/enable`, at);
    // An old record that is read late.
    await owner.say({ ...at, id }, parkedLane(), disabledMs);
    await settle(at);
    await waitFor(() => said(at).length === 3);
    expect(types(at)).toEqual(['failing', 'disabled', 'disabled']);
  });
});

it('says nothing twice by two instances and a restart, and makes good what happened meanwhile', async () => {
  const at = await tenant();
  await subscribe(at, ['posthorn.subscription.failing', 'posthorn.subscription.recovered']);
  const [stays, recovers, begins] = [
    await subscribe(at, ['a']),
    await subscribe(at, ['b']),
    await subscribe(at, ['c']),
  ];
  const second = await stage.start();
  const minutesMs = 120_000;
  for (const id of [stays, recovers]) await owner.say({ ...at, id }, parkedLane(), Date.now() - minutesMs);
  await waitFor(() => said(at).length === 2);
  // Both have looked at what was said.
  await settle(at);
  await settle(at, second);
  expect(said(at)).toHaveLength(2);
  await stage.stop();
  await owner.say({ ...at, id: recovers }, null);
  await owner.say({ ...at, id: begins }, parkedLane());
  api = await stage.start();
  await waitFor(() => said(at).length === 4);
  const after = said(at).slice(2);
  expect(after.map(({ type, entity }) => `${type} ${entity}`).sort()).toEqual([
    `posthorn.subscription.failing ${begins}`,
    `posthorn.subscription.recovered ${recovers}`,
  ]);
  await owner.say({ ...at, id: stays }, null);
  await waitFor(() => said(at).length === 5);
  expect(said(at)[4]).toMatchObject({ type: 'posthorn.subscription.recovered', entity: stays });
});

it.each([
  ['brutlers', { events: ['posthorn.subscription.failing'] }, '/api/vendor/webhooks'],
  ['brz365', { name: 'x', filter: { types: ['posthorn.*'] } }, undefined],
])('%s has no such events to ask for', async (profile, fields, own) => {
  const id = `no-${profile}`;
  const key = await api.tenant(id, profile);
  const body = { url: 'https://example.org/x', auth: { authorization: 'secret' }, ...fields };
  if (own) delete (body as { auth?: object }).auth;
  const answer = await api.call('POST', own ?? `/v1/tenants/${id}/subscriptions`, { key, body });
  expect(answer.status).toBe(422);
});
