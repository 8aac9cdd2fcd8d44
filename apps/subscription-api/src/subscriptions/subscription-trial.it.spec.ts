import fc from 'fast-check';
import { Receiver, testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Webhook } from 'standardwebhooks';
import { foldEvents, type Stored } from '../aggregates/stored-event.js';
import { Stage, type Harness } from '../testing/harness.js';
import { applySubscriptionEvent, type Subscription, type SubscriptionEvent } from './subscription.js';

type View = { id: string; secret: string; allowedRate?: number | null; url: string; version: number };
type Problem = { code: string; detail: string };
type Rendered = { headers: Record<string, string>; body: string };
type Probe = { request: Rendered; outcome: string; status: number | null; response: { body: string } | null };
type Audit = { seq: string; actor: string; origin: string; type: string; version: number; changes: object };

let stage: Stage;
let api: Harness;
let receiver: Receiver;
const env = { POSTHORN_EGRESS_ALLOW: '127.0.0.0/8', POSTHORN_EGRESS_HTTP: 'on' };
beforeAll(async () => {
  const more = { ...env, POSTHORN_WEBHOOK_ORIGIN: 'hooks.example.com' };
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }, more));
}, 60_000);
afterAll(() => stage.close(), 30_000);
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());

let tenants = 0;
async function tenant(profile = 'standard') {
  const id = `trial-${++tenants}`;
  return { id, key: await api.tenant(id, profile), path: `/v1/tenants/${id}/subscriptions` };
}

describe('the CloudEvents handshake', () => {
  it('asks for leave by name, and keeps to the rate that it is given', async () => {
    receiver.answer(() => ({
      headers: { 'webhook-allowed-origin': 'hooks.example.com', 'webhook-allowed-rate': '120' },
    }));
    const { key, path } = await tenant('cloudevents');
    const { body } = await api.call<View>('POST', path, { key, body: { url: receiver.url, rateLimit: 50 } });
    expect(body).toMatchObject({ allowedRate: 2, rateLimit: 50 });
    const [{ method, headers }] = receiver.requests;
    expect([method, headers['webhook-request-origin']]).toEqual(['OPTIONS', 'hooks.example.com']);
    await waitFor(() => stage.snapshots(body.id).length > 0 || undefined);
    expect(stage.snapshots(body.id)[0].rateLimit).toBe(2);
    // A new URL is asked for itself; until it agrees nothing changes.
    receiver.answer(200);
    const move = await api.call<Problem>('PATCH', `${path}/${body.id}`, {
      key,
      body: { url: `${receiver.url}/other` },
    });
    expect([move.status, move.body.code]).toEqual([422, 'verification-failed']);
    receiver.answer(() => ({ headers: { 'webhook-allowed-origin': '*' } }));
    const again = await api.call<View>('PATCH', `${path}/${body.id}`, {
      key,
      body: { url: `${receiver.url}/o` },
    });
    expect(again.body).toMatchObject({ url: `${receiver.url}/o`, allowedRate: null });
  });

  it.each([
    ['allows nobody', {}],
    ['allows another', { 'webhook-allowed-origin': 'other.example.com' }],
    ['names no number', { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': 'many' }],
    ['names none at all', { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '0' }],
  ])('fails where the receiver %s', async (_, headers) => {
    receiver.answer(() => ({ headers }));
    const { key, path } = await tenant('cloudevents');
    expect((await api.call('POST', path, { key, body: { url: receiver.url } })).status).toBe(422);
  });
});

describe('a challenge', () => {
  const body = () => ({ url: receiver.url, verification: 'challenge' });
  it.each<[string, (challenge: string) => string, number]>([
    ['as it is', (challenge) => challenge, 201],
    ['in JSON', (challenge) => JSON.stringify({ challenge }), 201],
    ['changed', (challenge) => `${challenge}x`, 422],
    ['as null', () => 'null', 422],
  ])('that comes back %s', async (_, reply, wanted) => {
    receiver.answer(({ rawBody }) => {
      const { data } = JSON.parse(String(rawBody)) as { data: { challenge: string } };
      return { body: reply(data.challenge) };
    });
    const { key, path } = await tenant();
    expect((await api.call('POST', path, { key, body: body() })).status).toBe(wanted);
  });

  it('is not asked of those who do not want it, and not known to other profiles', async () => {
    const { key, path } = await tenant();
    expect((await api.call('POST', path, { key, body: { url: receiver.url } })).status).toBe(201);
    expect(receiver.requests).toHaveLength(0);
    const other = await tenant('brz365');
    const auth = { authorization: 'x' };
    const filter = { entities: [{ name: 'A', changes: ['create'] }] };
    const wrong = { ...body(), name: 'n', auth, filter };
    expect((await api.call('POST', other.path, { key: other.key, body: wrong })).status).toBe(422);
  });
});

it('sends a test once and answers with the attempt, renders without sending, verifies what was sent', async () => {
  const { key, path } = await tenant();
  const made = await api.call<View>('POST', path, {
    key,
    body: { url: receiver.url, headers: { 'X-Token': 'hid' } },
  });
  const at = `${path}/${made.body.id}`;
  const rendered = await api.call<Rendered>('POST', `${at}/render`, {
    key,
    body: { type: 'a.b', data: { x: 1 } },
  });
  expect(receiver.requests).toHaveLength(0);
  expect(rendered.body.headers['X-Token']).toBe('[hidden]');
  expect(rendered.body.body).toMatch(/^{"type":"a.b","timestamp":"[^"]+","data":{"x":1}}$/);
  const look = { name: 'look', scopes: ['read'] };
  const viewer = await api.call('POST', path.replace('subscriptions', 'keys'), { key, body: look });
  const seen = await api.call<Rendered>('POST', `${at}/render`, { key: viewer.body['key'], body: {} });
  const [signed, hidden] = [rendered, seen].map(({ body }) => body.headers['webhook-signature']);
  // A receiver would believe it, whoever sends it.
  expect([signed, hidden]).toEqual([expect.stringMatching(/^v1,/), '[redacted]']);
  receiver.answer(() => ({ status: 418, body: 'teapot' }));
  const { body } = await api.call<Probe>('POST', `${at}/test`, { key, body: {} });
  expect(body).toMatchObject({ outcome: 'failed', status: 418, response: { body: 'teapot' } });
  const [{ rawBody, headers }] = receiver.requests;
  expect([receiver.requests.length, headers['x-token']]).toEqual([1, 'hid']);
  const sent = headers as Record<string, string>;
  expect(new Webhook(made.body.secret).verify(rawBody, sent)).toMatchObject({ type: 'posthorn.ping' });
  const verify = async (text: string) => {
    const check = { headers: sent, body: text };
    return (await api.call<object>('POST', `${at}/verify-signature`, { key, body: check })).body;
  };
  expect(await verify(String(rawBody))).toEqual({ valid: true });
  expect(await verify(`${String(rawBody)} `)).toEqual({ valid: false });
});

it.each([
  ['brutlers', { filter: { types: ['order.created'] } }, 'X-Brutlers-Signature'],
  [
    'brz365',
    {
      name: 'n',
      auth: { authorization: 'the secret' },
      filter: { entities: [{ name: 'Order', changes: ['delete'] }] },
    },
    'Authorization',
  ],
])('%s: a test is signed as a delivery is, and shows no secret', async (profile, more, header) => {
  const { key, path } = await tenant(profile);
  const made = await api.call<View>('POST', path, { key, body: { url: receiver.url, ...more } });
  const at = `${path}/${made.body.id}`;
  const { body, text } = await api.call<Probe>('POST', `${at}/test`, { key, body: {} });
  expect([body.outcome, text.includes('the secret')]).toEqual(['accepted', false]);
  const { headers, rawBody } = receiver.requests.at(-1)!;
  expect(headers[header.toLowerCase()]).toBeTruthy();
  const check = { headers, body: String(rawBody) };
  expect((await api.call('POST', `${at}/verify-signature`, { key, body: check })).body).toEqual({
    valid: true,
  });
});

it('tells who changed what, when and from where, without a secret; and what it was at a time', async () => {
  const { key, path, id } = await tenant();
  const made = await api.call<View>('POST', path, { key, body: { url: 'https://one.example/' } });
  const at = `${path}/${made.body.id}`;
  const between = await waitFor(() => {
    const now = new Date(Date.now() - 5).toISOString();
    return stage.snapshots(made.body.id).some(({ createdAt }) => createdAt < now) ? now : undefined;
  });
  await api.call('PATCH', at, { key, body: { url: 'https://two.example/' } });
  await api.call('POST', `${at}/secrets`, { key, body: {} });
  await api.call('DELETE', at, { key });
  const history = await api.call<{ items: Audit[] }>('GET', `${at}/history`, { key });
  expect(history.body.items.map(({ type, version }) => [type, version])).toEqual([
    ['deleted', 4],
    ['changed', 3],
    ['changed', 2],
    ['created', 1],
  ]);
  expect(history.body.items[2]).toMatchObject({
    origin: '127.0.0.1',
    changes: { url: 'https://two.example/' },
  });
  expect(history.body.items[1].changes).toEqual({ secrets: '[hidden]' });
  expect((await api.call<View>('GET', `${at}/state?at=${between}`, { key })).body.url).toBe(
    'https://one.example/',
  );
  expect((await api.call('GET', `${at}/state?at=2020-01-01T00:00:00Z`, { key })).status).toBe(404);
  const foreign = await tenant();
  const theirs = `${foreign.path}/${made.body.id}`;
  for (const what of ['history', `state?at=${between}`])
    expect((await api.call('GET', `${theirs}/${what}`, { key: foreign.key })).status).toBe(404);
  const first = await api.call<{ items: Audit[]; nextCursor: string }>(
    'GET',
    `/v1/tenants/${id}/audit?limit=4`,
    { key },
  );
  const rest = await api.call<{ items: Audit[] }>(
    'GET',
    `/v1/tenants/${id}/audit?cursor=${first.body.nextCursor}`,
    { key },
  );
  const exported = await api.call('GET', `/v1/tenants/${id}/audit/export`, { key });
  const lines = exported.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Audit);
  expect([...first.body.items, ...rest.body.items].reverse()).toEqual(lines);
  expect(lines.map(({ type }) => type)).toEqual([
    'created',
    'created',
    'created',
    'changed',
    'changed',
    'deleted',
  ]);
  expect(exported.text + history.text).not.toMatch(/v1\.test\.|whsec_/);
});

it('is in the table what its events say, whatever was done to it', async () => {
  const { key, path, id: tenantId } = await tenant();
  type Step = ['PATCH' | 'PUT', object] | ['POST', string];
  const patch = fc.record(
    {
      name: fc.stringMatching(/^[a-z]{0,8}$/),
      timeoutMs: fc.integer({ min: 100, max: 60_000 }),
      rateLimit: fc.constantFrom(null, 1, 5),
    },
    { requiredKeys: [] },
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    patch.map((body): Step => ['PATCH', body]),
    patch.map((body): Step => ['PUT', { url: 'https://one.example/', ...body }]),
    fc
      .constantFrom('pause', 'resume', 'disable', 'enable', 'retry', 'secrets')
      .map((order): Step => ['POST', order]),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const { body } = await api.call<View>('POST', path, { key, body: { url: 'https://one.example/' } });
      const at = `${path}/${body.id}`;
      for (const [method, what] of steps) {
        const { status } = await api.call(method, typeof what === 'string' ? `${at}/${what}` : at, {
          key,
          body: typeof what === 'string' ? {} : what,
        });
        expect(status).toBeLessThan(500);
      }
      const select = 'SELECT state FROM subscription_api.subscriptions WHERE tenant_id = $1 AND id = $2';
      const { rows } = await stage.db.query<{ state: Subscription }>(select, [tenantId, body.id]);
      const stored = await stage.db.query<Stored<SubscriptionEvent> & { at: Date }>(
        `SELECT type, payload, aggregate_id AS "aggregateId", tenant_id AS "tenantId", version, actor, at
           FROM subscription_api.aggregate_events WHERE aggregate_id = $1 ORDER BY version`,
        [body.id],
      );
      const events = stored.rows.map(
        (row) => ({ ...row, at: row.at.toISOString() }) as Stored<SubscriptionEvent>,
      );
      expect(foldEvents(events, applySubscriptionEvent)).toEqual(rows[0].state);
      await api.call('DELETE', at, { key });
    }),
    { numRuns: 12 },
  );
}, 60_000);
