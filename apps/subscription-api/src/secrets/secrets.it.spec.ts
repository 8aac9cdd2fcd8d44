import { secretContext } from '@posthorn/contracts';
import { KeyRing } from '@posthorn/runtime';
import { Receiver, testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { operatorKey, secretKeys, Stage, type Harness } from '../testing/harness.js';

type Secret = { id: string; kind: string; secret?: string; publicKey?: string; expiresAt: string | null };
type View = { id: string; version: number; secret?: string };

let stage: Stage;
let api: Harness;
const env = { POSTHORN_EGRESS_ALLOW: '127.0.0.0/8', POSTHORN_EGRESS_HTTP: 'on' };
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }, env));
}, 60_000);
afterAll(() => stage.close(), 30_000);

let tenants = 0;
async function made(profile: string, body: object) {
  const tenantId = `secrets-${++tenants}`;
  const key = await api.tenant(tenantId, profile);
  const path = `/v1/tenants/${tenantId}/subscriptions`;
  const answer = await api.call<View>('POST', path, { key, body });
  if (answer.status !== 201) throw new Error(answer.text);
  return { tenantId, key, id: answer.body.id, secret: answer.body.secret, at: `${path}/${answer.body.id}` };
}
const url = 'https://receiver.example/hook';
const opened = (tenantId: string, id: string, keys = secretKeys): string[] =>
  stage
    .snapshots(id)
    .at(-1)!
    .secrets.map(({ sealed }) => KeyRing.parse(keys).open(sealed, secretContext(tenantId, id)).toString());

it('keeps the old secret for a day beside a new one, or for as long as is said', async () => {
  const { key, at, id, tenantId, secret } = await made('standard', { url });
  const rotate = (body?: object) => api.call<Secret>('POST', `${at}/secrets`, { key, body });
  const first = await rotate({});
  expect([first.status, first.body.secret]).toEqual([201, expect.stringMatching(/^whsec_/)]);
  const list = async () => (await api.call<{ items: Secret[] }>('GET', `${at}/secrets`, { key })).body.items;
  const [newest, older] = await list();
  expect([newest.id, newest.expiresAt, newest.secret]).toEqual([first.body.id, null, undefined]);
  const dayMs = 24 * 3_600_000;
  expect(Math.abs(Date.parse(older.expiresAt!) - Date.now() - dayMs)).toBeLessThan(60_000);
  await waitFor(() => stage.snapshots(id).length > 1 || undefined);
  expect(opened(tenantId, id)).toEqual([first.body.secret, secret]);
  // A second rotation does not give the oldest one a new lease.
  await rotate({ overlapS: 7 * 24 * 3600 });
  expect((await list())[2].expiresAt).toBe(older.expiresAt);
  await rotate({ overlapS: 0 });
  expect(await list()).toHaveLength(1);
  expect((await rotate({ overlapS: 7 * 24 * 3600 + 1 })).status).toBe(422);
});

it('ends an older secret at once, but never the newest', async () => {
  const { key, at } = await made('standard', { url });
  await api.call('POST', `${at}/secrets`, { key, body: {} });
  const { items } = (await api.call<{ items: Secret[] }>('GET', `${at}/secrets`, { key })).body;
  const end = async (id: string) => (await api.call('DELETE', `${at}/secrets/${id}`, { key })).status;
  expect([await end(items[0].id), await end(items[1].id), await end(items[1].id)]).toEqual([409, 204, 404]);
});

it('makes ed25519 keys, shows the public half, and takes supplied ones', async () => {
  const { key, at } = await made('standard', { url });
  const { body } = await api.call<Secret>('POST', `${at}/secrets`, { key, body: { kind: 'ed25519' } });
  expect(body).toMatchObject({
    kind: 'ed25519',
    secret: expect.stringMatching(/^whsk_/),
    publicKey: expect.stringMatching(/^whpk_/),
  });
  const auth = { secret: body.secret };
  const again = await api.call<Secret>('POST', `${at}/secrets`, { key, body: { auth } });
  expect([again.status, again.body.publicKey, again.body.secret]).toEqual([201, body.publicKey, undefined]);
  const torn = Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]).toString('base64');
  const wrong = { auth: { secret: `whsk_${torn}` } };
  expect((await api.call('POST', `${at}/secrets`, { key, body: wrong })).status).toBe(422);
});

it('knows one secret at Brutlers and BRZ 365, and asks the receiver with the new one', async () => {
  const receiver = await Receiver.start();
  const brutlers = await made('brutlers', { url, filter: { types: ['order.created'] } });
  const { key } = brutlers;
  await api.call('POST', `${brutlers.at}/secrets`, { key, body: { overlapS: 3600 } });
  expect((await api.call<{ items: [] }>('GET', `${brutlers.at}/secrets`, { key })).body.items).toHaveLength(
    1,
  );
  const filter = { entities: [{ name: 'A', changes: ['create'] }] };
  const auth = { authorization: 'first' };
  const brz = await made('brz365', { name: 'n', url: receiver.url, auth, filter });
  const rotate = (body: object) => api.call('POST', `${brz.at}/secrets`, { key: brz.key, body });
  expect((await rotate({})).status).toBe(422);
  expect((await rotate({ auth: { authorization: 'second' } })).status).toBe(201);
  expect(receiver.requests.map(({ headers }) => headers.authorization)).toEqual(['first', 'second']);
  receiver.answer(401);
  expect((await rotate({ auth: { authorization: 'third' } })).status).toBe(422);
  await receiver.close();
});

it('tells Kafka of every subscription anew, also of one that is polled and has no secret', async () => {
  const polled = await made('standard', { kind: 'poll' });
  const deleted = await made('standard', { url });
  await api.call('DELETE', deleted.at, { key: deleted.key });
  await waitFor(() => stage.snapshots(deleted.id).length === 2 || undefined);
  const order = (body?: object) =>
    api.call<{ subscriptions: number }>('POST', '/v1/secrets/reseal', { key: operatorKey, body });
  expect((await order()).body.subscriptions).toBe(0);
  expect((await order({ all: 'yes' })).status).toBe(422);
  expect((await order({ all: true })).body.subscriptions).toBeGreaterThan(0);
  const [first, second] = await waitFor(() =>
    stage.snapshots(polled.id).length === 2 ? stage.snapshots(polled.id) : undefined,
  );
  expect(second).toEqual({ ...first, version: 2, updatedAt: second.updatedAt });
  expect(stage.snapshots(deleted.id)).toHaveLength(2);
});

it('seals everything again under a new key, also what goes to Kafka, so that the old one can go', async () => {
  const headers = { 'X-Token': 'hidden-in-a-header' };
  const { tenantId, id, key, at, secret } = await made('standard', { url, headers });
  const deleted = await made('standard', { url });
  await api.call('DELETE', deleted.at, { key: deleted.key });
  const ring = `young:${Buffer.alloc(32, 7).toString('base64')},${secretKeys}`;
  const renewed = await stage.start({ ...env, POSTHORN_SECRET_KEYS: ring });
  const reseal = (caller: string) =>
    renewed.call<{ subscriptions: number; events: number }>('POST', '/v1/secrets/reseal', { key: caller });
  expect((await reseal(key)).status).toBe(403);
  const { body } = await reseal(operatorKey);
  expect(body.subscriptions).toBeGreaterThan(0);
  expect((await reseal(operatorKey)).body).toEqual({ subscriptions: 0, events: 0 });
  const { rows } = await stage.db.query<{ n: number }>(
    `SELECT (SELECT count(*) FROM subscription_api.aggregate_events WHERE payload::text LIKE '%v1.test.%')::int
          + (SELECT count(*) FROM subscription_api.subscriptions WHERE state::text LIKE '%v1.test.%')::int AS n`,
  );
  expect(rows).toEqual([{ n: 0 }]);
  const youngAlone = ring.split(',')[0];
  await waitFor(() => stage.snapshots(id).length > 1 || undefined);
  expect(opened(tenantId, id, youngAlone)).toEqual([secret]);
  const after = await stage.start({ ...env, POSTHORN_SECRET_KEYS: youngAlone });
  expect(
    (await after.call('PATCH', at, { key, body: { description: 'with the young key alone' } })).status,
  ).toBe(200);
  expect(stage.snapshots(deleted.id).at(-1)).toMatchObject({ status: 'deleted', secrets: [], headers: {} });
});
