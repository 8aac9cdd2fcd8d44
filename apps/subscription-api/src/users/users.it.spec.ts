import { decodeDirectory, encodeKeyUse } from '@posthorn/contracts';
import { DirectoryState } from '@posthorn/domain';
import { verifySession } from '@posthorn/runtime';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Kafka, logLevel } from 'kafkajs';
import { operatorKey, Stage, type Answer, type Harness } from '../testing/harness.js';

type User = { id: string; email: string; role: string; tenantId: string | null };
type Problem = { code: string; detail: string };

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

const password = 'correct horse battery';
const cookieOf = ({ headers }: Answer<unknown>): string => (headers.get('set-cookie') ?? '').split(';', 1)[0];
const logIn = (email: string, secret = password) =>
  api.call<User & Problem>('POST', '/v1/session', { body: { email, password: secret } });
const as = (cookie: string, headers: object = {}) => ({ headers: { cookie, ...headers } });

/** What delivery-log knows: the directory as it stands in Kafka. */
function directory(): DirectoryState {
  const state = new DirectoryState();
  for (const { value } of stage.directory.records) state.apply(decodeDirectory(value));
  return state;
}
async function holdsElsewhere(cookie: string): Promise<boolean> {
  const state = directory();
  const session = await verifySession(cookie.split('=')[1], state.sessionPublicKey ?? '');
  return session !== undefined && state.sessionHolds(session);
}

let users = 0;
async function vendor(role = 'tenant-admin') {
  const tenantId = `people-${++users}`;
  const key = await api.tenant(tenantId, 'standard');
  const email = `u${users}@one.test`;
  const path = `/v1/tenants/${tenantId}`;
  const body = { email, name: 'U', role, password };
  const made = await api.call<User>('POST', `${path}/users`, { key, body });
  if (made.status !== 201) throw new Error(made.text);
  return { tenantId, key, email, path, id: made.body.id };
}

it('lets a tenant admin work on his tenant alone, and a viewer only look', async () => {
  const admin = await vendor();
  const viewer = await vendor('tenant-viewer');
  const cookie = cookieOf(await logIn(admin.email.toUpperCase()));
  const looking = cookieOf(await logIn(viewer.email));
  const body = { url: 'https://receiver.example/hook' };
  const post = (path: string, with_: string, headers = {}) =>
    api.call('POST', `${path}/subscriptions`, { body, ...as(with_, headers) });
  expect((await post(admin.path, cookie)).status).toBe(201);
  expect((await post(viewer.path, cookie)).status).toBe(404);
  expect((await post(viewer.path, looking)).status).toBe(403);
  expect((await api.call('GET', `${viewer.path}/subscriptions`, as(looking))).status).toBe(200);
  expect((await api.call('GET', '/v1/tenants', as(cookie))).status).toBe(403);
  // What another site makes the browser send is nobody's.
  expect((await post(admin.path, cookie, { 'sec-fetch-site': 'cross-site' })).status).toBe(401);
  expect((await api.call<User>('GET', '/v1/session', as(cookie))).body).toMatchObject({ id: admin.id });
});

it('lets operators see every tenant, and only operators make operators', async () => {
  const { key, path } = await vendor();
  const body = { email: 'op@one.test', name: 'Op', password };
  expect((await api.call('POST', '/v1/users', { key, body })).status).toBe(403);
  expect((await api.call('POST', '/v1/users', { key: operatorKey, body })).status).toBe(201);
  expect((await api.call<Problem>('POST', '/v1/users', { key: operatorKey, body })).body.code).toBe(
    'name-taken',
  );
  const cookie = cookieOf(await logIn('op@one.test'));
  expect((await api.call('GET', `${path}/subscriptions`, as(cookie))).status).toBe(200);
  type Audit = { items: { aggregate: string; type: string; actor: string; changes: { email?: string } }[] };
  const audit = await api.call<Audit>('GET', '/v1/audit', { key: operatorKey });
  const [entry] = audit.body.items.filter(({ changes }) => changes.email === body.email);
  expect(entry).toMatchObject({ aggregate: 'user', type: 'created', changes: { passwordHash: '[hidden]' } });
  expect(audit.body.items.some(({ aggregate }) => aggregate === 'tenant')).toBe(false);
  const exported = await api.call('GET', '/v1/audit/export', { key: operatorKey });
  expect(exported.text.trim().split('\n')).toHaveLength(audit.body.items.length);
  const asRole = { ...body, email: 'x@one.test', role: 'operator' };
  expect((await api.call('POST', `${path}/users`, { key, body: asRole })).status).toBe(422);
});

it('keeps the password as Argon2id alone, and its cookie from scripts and other sites', async () => {
  const { email } = await vendor();
  const answer = await logIn(email);
  expect(answer.headers.get('set-cookie')).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  const { rows } = await stage.db.query<{ t: string }>(
    `SELECT string_agg(e::text, '') AS t FROM subscription_api.aggregate_events e WHERE aggregate_type = 'user'`,
  );
  expect(rows[0].t).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  expect(rows[0].t + stage.directory.records.map(({ value }) => String(value)).join()).not.toContain(
    password,
  );
});

it('answers a wrong password and an unknown user in the same words', async () => {
  const { email } = await vendor();
  const [wrong, unknown] = [await logIn(email, 'wrong password'), await logIn('nobody@one.test')];
  const wordsOf = ({ status, body }: typeof wrong) => [status, body.code, body.detail];
  expect(wordsOf(wrong)).toEqual(wordsOf(unknown));
  expect(wrong.status).toBe(401);
});

it('ends other sessions with a new password, here and where the directory is read', async () => {
  const { email } = await vendor();
  const [first, second] = [cookieOf(await logIn(email)), cookieOf(await logIn(email))];
  await waitFor(async () => (await holdsElsewhere(second)) || undefined);
  const change = (current: string) =>
    api.call('POST', '/v1/session/password', { ...as(first), body: { current, new: 'another good one' } });
  expect((await change('not this one')).status).toBe(403);
  const changed = await change(password);
  expect(changed.status).toBe(204);
  expect((await api.call('GET', '/v1/session', as(second))).status).toBe(401);
  expect((await api.call('GET', '/v1/session', as(cookieOf(changed)))).status).toBe(200);
  await waitFor(async () => !(await holdsElsewhere(second)) || undefined);
  expect(await holdsElsewhere(cookieOf(changed))).toBe(true);
  expect([(await logIn(email)).status, (await logIn(email, 'another good one')).status]).toEqual([401, 200]);
});

it('ends the sessions of a user who is removed', async () => {
  const { email, id, path, key } = await vendor();
  const cookie = cookieOf(await logIn(email));
  const foreign = await vendor();
  const from = (at: string, by: string) => api.call('DELETE', `${at}/users/${id}`, { key: by });
  expect((await from(foreign.path, foreign.key)).status).toBe(404);
  expect((await from(path, key)).status).toBe(204);
  expect((await api.call('GET', '/v1/session', as(cookie))).status).toBe(401);
  await waitFor(async () => !(await holdsElsewhere(cookie)) || undefined);
});

it('tells when a key was last used', async () => {
  const { path, key } = await vendor();
  type Keys = { items: { lastUsedAt: string | null }[] };
  await waitFor(async () => {
    const { body } = await api.call<Keys>('GET', `${path}/keys`, { key });
    return body.items[0].lastUsedAt ?? undefined;
  });
});

it('is told when a key was last used elsewhere', async () => {
  const { path, key } = await vendor();
  type Keys = { items: { id: string; lastUsedAt: string | null }[] };
  const made = await api.call<{ id: string }>('POST', `${path}/keys`, { key, body: { name: 'publishes' } });
  const { brokers, prefix } = stage.stores.kafka;
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const tell = (at: number) => {
    const value = encodeKeyUse({ keyId: made.body.id, at });
    return producer.send({ topic: `${prefix}key-uses.v1`, messages: [{ key: made.body.id, value }] });
  };
  const lastUsed = async () => {
    const { body } = await api.call<Keys>('GET', `${path}/keys`, { key });
    return body.items.find(({ id }) => id === made.body.id)?.lastUsedAt ?? undefined;
  };
  const at = Date.now() - 60_000;
  await tell(at);
  expect(await waitFor(lastUsed)).toBe(new Date(at).toISOString());
  // An older word, which another instance may have been late with, takes nothing back.
  await tell(at - 1_000);
  await tell(at + 1_000);
  await waitFor(async () => (await lastUsed()) === new Date(at + 1_000).toISOString());
  await producer.disconnect();
}, 30_000);

it('answers names that no database holds like names that nobody has', async () => {
  const nul = '\0';
  expect((await logIn(`a${nul}@one.test`)).status).toBe(401);
  expect((await api.call('DELETE', '/v1/users/%00', { key: operatorKey })).status).toBe(404);
});
