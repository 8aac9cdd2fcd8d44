import { secretContext } from '@posthorn/contracts';
import { KeyRing } from '@posthorn/runtime';
import { Receiver, testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { applySubscriptionEvent } from './subscription.js';
import { foldEvents } from '../aggregates/stored-event.js';
import { secretKeys, Stage, type Answer, type Harness } from '../testing/harness.js';

type Subscription = {
  id: string;
  name: string;
  url: string;
  status: string;
  version: number;
  secret?: string;
};
type Problem = { code: string; detail: string; errors: { pointer: string; detail: string }[] };

const authorization = 'your-secret-value-for-the-registered-webhook';
const filter = { entities: [{ name: 'BusinessPartner', changes: ['create', 'change'] }] };

let stage: Stage;
let api: Harness;
let receiver: Receiver;

const env = { POSTHORN_EGRESS_ALLOW: '127.0.0.0/8', POSTHORN_EGRESS_HTTP: 'on' };
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }, env));
}, 60_000);
afterAll(() => stage.close(), 30_000);
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());

let second: Promise<Harness> | undefined;
const secondApi = () => (second ??= stage.start(env));

let tenants = 0;
async function tenant(profile: string): Promise<{ path: string; key: string; id: string }> {
  const id = `tenant-${++tenants}`;
  return { id, key: await api.tenant(id, profile), path: `/v1/tenants/${id}/subscriptions` };
}

const brz = (more: object = {}) => ({
  name: 'ERP',
  url: `${receiver.url}/hook`,
  auth: { authorization },
  filter,
  ...more,
});
const as = <T>(answer: Answer<unknown>): T => answer.body as T;

describe('BRZ 365', () => {
  it('asks the receiver by HEAD with the authorization before it saves', async () => {
    const { key, path, id: tenantId } = await tenant('brz365');
    const { status, body } = await api.call<Subscription>('POST', path, { key, body: brz() });
    expect(status).toBe(201);
    expect(
      receiver.requests.map(({ method, url, headers }) => [
        method,
        url,
        headers.authorization,
        headers['user-agent'],
      ]),
    ).toEqual([['HEAD', '/hook', authorization, 'Posthorn/1 (+webhooks)']]);
    expect(body).toEqual({
      id: expect.stringMatching(/^sub_/),
      kind: 'webhook',
      name: 'ERP',
      description: '',
      url: `${receiver.url}/hook`,
      status: 'active',
      ordering: 'strict',
      filter,
      retryPolicy: { delaysMs: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((s) => s * 1000) },
      timeoutMs: 5_000,
      rateLimit: null,
      headers: {},
      metadata: {},
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    const live = { state: 'live', attempt: 0, nextAttemptAt: null, failingSince: null, waitingSince: null };
    const shown = { ...body, health: live };
    expect((await api.call('GET', `${path}/${body.id}`, { key })).body).toEqual(shown);
    expect((await api.call('GET', path, { key })).body).toEqual({ items: [shown], nextCursor: null });
    const [snapshot] = await waitFor(() =>
      stage.snapshots(body.id).length > 0 ? stage.snapshots(body.id) : undefined,
    );
    expect(snapshot).toMatchObject({ name: 'ERP', ordering: 'strict', filter, version: 1 });
    const opened = KeyRing.parse(secretKeys).open(
      snapshot.secrets[0].sealed,
      secretContext(tenantId, body.id),
    );
    expect(opened.toString()).toBe(authorization);
  });

  it.each<[string, () => void, RegExp]>([
    ['answers 405', () => receiver.answer(405), /answered HEAD with 405/],
    [
      'redirects',
      () => receiver.answer(() => ({ status: 302, headers: { location: '/y' } })),
      /HEAD with 302/,
    ],
    ['hangs up', () => receiver.answer(() => ({ hangUp: true })), /could not be reached/],
  ])('does not save a receiver that %s', async (_, script, detail) => {
    script();
    const { key, path } = await tenant('brz365');
    const before = await stage.everything();
    const answer = await api.call<Problem>('POST', path, { key, body: brz() });
    expect([answer.status, answer.body.code]).toEqual([422, 'verification-failed']);
    expect(answer.body.detail).toMatch(detail);
    expect(answer.text).not.toContain(authorization);
    expect(await stage.everything()).toBe(before);
  });

  it('waits five seconds for the answer and no longer', async () => {
    receiver.answer(() => ({ never: true }));
    const { key, path } = await tenant('brz365');
    const began = performance.now();
    const answer = await api.call<Problem>('POST', path, { key, body: brz() });
    expect([answer.status, answer.body.code]).toEqual([422, 'verification-failed']);
    expect(performance.now() - began).toBeGreaterThan(4_900);
    expect(performance.now() - began).toBeLessThan(7_000);
  }, 10_000);

  it('needs a name that resolves', async () => {
    const { key, path } = await tenant('brz365');
    const answer = await api.call<Problem>('POST', path, {
      key,
      body: brz({ url: 'https://nowhere.invalid/hook' }),
    });
    expect([answer.status, answer.body.code]).toEqual([422, 'verification-failed']);
  }, 10_000);

  it('has one webhook of a name, also of two at once by two instances', async () => {
    const { key, path } = await tenant('brz365');
    const answers = await Promise.all(
      [api, await secondApi()].map((at) => at.call<Problem>('POST', path, { key, body: brz() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'name-taken',
      errors: [{ pointer: '/name', detail: 'is taken' }],
    });
    expect(as<{ items: unknown[] }>(await api.call('GET', path, { key })).items).toHaveLength(1);
    const asked = receiver.requests.length;
    expect((await api.call('POST', path, { key, body: brz({ name: ' ERP ' }) })).status).toBe(409);
    expect(receiver.requests).toHaveLength(asked); // what cannot be saved calls nobody
    const other = await api.call<Subscription>('POST', path, { key, body: brz({ name: 'CRM' }) });
    const rename = { key, body: { name: 'ERP' } };
    expect((await api.call('PATCH', `${path}/${other.body.id}`, rename)).body['code']).toBe('name-taken');
    expect((await api.call('POST', (await tenant('brz365')).path, { key, body: brz() })).status).toBe(404);
  });

  it('verifies a new URL before it takes effect, and keeps the old one when that fails', async () => {
    const { key, path } = await tenant('brz365');
    const { body: made } = await api.call<Subscription>('POST', path, { key, body: brz() });
    receiver.answer(({ url }) => (url === '/good' ? 204 : 500));
    const move = (url: string, more = {}) =>
      api.call<Subscription>('PATCH', `${path}/${made.id}`, { key, body: { url, ...more } });
    expect((await move(`${receiver.url}/bad`)).status).toBe(422);
    expect(as<Subscription>(await api.call('GET', `${path}/${made.id}`, { key }))).toMatchObject({
      url: made.url,
    });
    const moved = await move(`${receiver.url}/good`, { auth: { authorization: 'Bearer next' } });
    expect([moved.status, moved.body.url]).toEqual([200, `${receiver.url}/good`]);
    expect(receiver.requests.at(-1)?.headers.authorization).toBe('Bearer next');
    const asked = receiver.requests.length;
    await api.call('PATCH', `${path}/${made.id}`, { key, body: { status: 'paused' } });
    expect(receiver.requests).toHaveLength(asked);
    await waitFor(() => stage.snapshots(made.id).length === 3);
    expect(stage.snapshots(made.id).map(({ version, url, status }) => [version, url, status])).toEqual([
      [1, made.url, 'active'],
      [2, `${receiver.url}/good`, 'active'],
      [3, `${receiver.url}/good`, 'paused'],
    ]);
  });

  it('replaces settings, and keeps status and the secret that nobody can send back', async () => {
    const { key, path, id: tenantId } = await tenant('brz365');
    const body = brz({ timeoutMs: 1_000, metadata: { a: 'b' }, status: 'paused' });
    const { body: made } = await api.call<Subscription>('POST', path, { key, body });
    const { auth: _, ...rest } = brz({ retryPolicy: { delaysMs: [10, 20] } });
    const answer = await api.call<Subscription>('PUT', `${path}/${made.id}`, { key, body: rest });
    expect(answer.body).toMatchObject({
      status: 'paused',
      timeoutMs: 5_000,
      metadata: {},
      retryPolicy: { delaysMs: [10, 20] },
      version: 2,
    });
    await waitFor(() => stage.snapshots(made.id).length === 2);
    const [, { secrets }] = stage.snapshots(made.id);
    const opened = KeyRing.parse(secretKeys).open(secrets[0].sealed, secretContext(tenantId, made.id));
    expect(opened.toString()).toBe(authorization);
  });

  it('takes every one of twenty changes at once by two instances, in order', async () => {
    const { key, path } = await tenant('brz365');
    const { body: made } = await api.call<Subscription>('POST', path, { key, body: brz() });
    const both = [api, await secondApi()];
    const changes = Array.from({ length: 20 }, (_, i) => ({ key, body: { metadata: { n: String(i) } } }));
    const answers = await Promise.all(
      changes.map((one, i) => both[i % 2].call('PATCH', `${path}/${made.id}`, one)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await waitFor(() => stage.snapshots(made.id).length === 21);
    expect(stage.snapshots(made.id).map(({ version }) => version)).toEqual(
      answers.map((_, i) => i + 1).concat(21),
    );
  });
});

describe('standard and cloudevents', () => {
  it.each(['standard', 'cloudevents'])(
    '%s: a secret is made and shown once, everything has a default',
    async (profile) => {
      const { key, path } = await tenant(profile);
      const url = `${receiver.url}/x`;
      receiver.answer(() => ({ headers: { 'webhook-allowed-origin': '*' } }));
      const { status, body } = await api.call<Subscription>('POST', path, { key, body: { url } });
      expect([status, body.secret]).toEqual([201, expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)]);
      expect(body).toMatchObject({
        name: '',
        filter: { types: ['*'] },
        ordering: 'unordered',
        timeoutMs: 15_000,
      });
      const asked = receiver.requests.map(({ method }) => method);
      expect(asked).toEqual(profile === 'standard' ? [] : ['OPTIONS']);
      expect((await api.call('GET', `${path}/${body.id}`, { key })).text).not.toContain('whsec_');
      const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
      const second = await api.call('POST', path, { key, body: { url, auth: { secret: own } } });
      expect([second.status, second.body['secret']]).toEqual([201, undefined]);
    },
  );

  it('accepts a name that does not resolve, at once', async () => {
    const { key, path } = await tenant('standard');
    const began = performance.now();
    const answer = await api.call('POST', path, { key, body: { url: 'https://meine-app.de/hook' } });
    expect([answer.status, performance.now() - began < 1_000]).toEqual([201, true]);
  });

  it('chooses an ordering once', async () => {
    const { key, path } = await tenant('standard');
    const body = { url: `${receiver.url}/x`, ordering: 'per-entity' };
    const { body: made } = await api.call<Subscription>('POST', path, { key, body });
    const change = (ordering: string) =>
      api.call<Problem>('PATCH', `${path}/${made.id}`, { key, body: { ordering } });
    const refused = await change('strict');
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [{ pointer: '/ordering', detail: 'cannot be changed; it is per-entity' }],
    ]);
    expect((await change('per-entity')).status).toBe(200);
  });

  it('keeps what it was given', async () => {
    const { key, path } = await tenant('standard');
    const settings = {
      name: 'Größe',
      filter: { types: ['order.*', 'customer.created'] },
      retryPolicy: { baseMs: 100, factor: 2, maxMs: 1_000, attempts: 4, jitter: 0.2 },
      timeoutMs: 250,
      rateLimit: 0.5,
      headers: { 'X-Team': 'blue' },
      metadata: { owner: 'me' },
    };
    const body = { url: `${receiver.url}/x`, ...settings };
    const { body: made } = await api.call<Subscription>('POST', path, { key, body });
    expect(made).toMatchObject(settings);
    await waitFor(() => stage.snapshots(made.id).length === 1);
    expect(stage.snapshots(made.id)[0]).toMatchObject(settings);
    const cleared = await api.call('PATCH', `${path}/${made.id}`, { key, body: { rateLimit: null } });
    expect(cleared.body).toMatchObject({ ...settings, rateLimit: null });
  });
});

it('the read table says what the events say', async () => {
  const { key, path, id: tenantId } = await tenant('standard');
  const { body: made } = await api.call<Subscription>('POST', path, {
    key,
    body: { url: `${receiver.url}/x` },
  });
  for (const body of [{ name: 'a' }, { status: 'disabled' }, { url: `${receiver.url}/y`, status: 'active' }])
    await api.call('PATCH', `${path}/${made.id}`, { key, body });
  const { rows: read } = await stage.db.query(
    'SELECT state FROM subscription_api.subscriptions WHERE id = $1',
    [made.id],
  );
  const { rows } = await stage.db.query(
    `SELECT aggregate_id AS "aggregateId", tenant_id AS "tenantId", version, type, payload, actor, at
       FROM subscription_api.aggregate_events WHERE aggregate_id = $1 ORDER BY version`,
    [made.id],
  );
  expect(rows.map(({ version, type }) => `${version} ${type}`)).toEqual([
    '1 created',
    '2 changed',
    '3 status-changed',
    '4 changed',
    '5 status-changed',
  ]);
  expect(new Set(rows.map(({ actor }) => actor)).size).toBe(1);
  const events = rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  expect(foldEvents(events, applySubscriptionEvent)).toEqual(read[0].state);
  expect(read[0].state).toMatchObject({ tenantId, name: 'a', status: 'active', version: 5 });
});
