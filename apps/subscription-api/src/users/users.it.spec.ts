import { encodeKeyUse } from '@posthorn/contracts';
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

it.each([
  ['users', { name: 'U', role: 'tenant-viewer', password }, (n: number) => ({ email: `page-${n}@one.test` })],
  ['keys', { scopes: ['read'] }, (n: number) => ({ name: `page-${n}` })],
] as const)('lists %s in pages that meet without a gap or a repeat, oldest first', async (list, all, one) => {
  const { path, key } = await vendor();
  const listed = async (query: string) => {
    const { body } = await api.call<{ items: { id: string }[]; nextCursor: string | null }>(
      ...(['GET', `${path}/${list}${query}`, { key: operatorKey }] as const),
    );
    return body;
  };
  const before = (await listed('')).items.map(({ id }) => id);
  const made: string[] = [];
  for (let n = 0; n < 4; n++) {
    const body = { ...all, ...one(n) };
    const { status, body: got } = await api.call<User>('POST', `${path}/${list}`, { key, body });
    expect(status).toBe(201);
    made.push(got.id);
  }
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Awaited<ReturnType<typeof listed>> = await listed(`?limit=2&cursor=${cursor}`);
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual([...before, ...made]);
});

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
  type Keys = { scopes: string[] };
  const { key, path } = await vendor();
  const body = { email: 'op@one.test', name: 'Op', password };
  expect((await api.call('POST', '/v1/users', { key, body })).status).toBe(403);
  expect((await api.call('POST', '/v1/users', { key: operatorKey, body })).status).toBe(201);
  expect((await api.call<Problem>('POST', '/v1/users', { key: operatorKey, body })).body.code).toBe(
    'name-taken',
  );
  const cookie = cookieOf(await logIn('op@one.test'));
  expect((await api.call('GET', `${path}/subscriptions`, as(cookie))).status).toBe(200);
  // Their sessions publish nothing, but they say who may; a tenant's administrator does not.
  const scopes = { name: 'publishes', scopes: ['publish'] };
  const given = await api.call<Keys>('POST', `${path}/keys`, { body: scopes, ...as(cookie) });
  expect([given.status, given.body.scopes]).toEqual([201, ['publish']]);
  const admin = await vendor();
  const theirs = as(cookieOf(await logIn(admin.email)));
  expect((await api.call('POST', `${admin.path}/keys`, { body: scopes, ...theirs })).status).toBe(403);
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
  await waitFor(async () => (await stage.holdsElsewhere(second)) || undefined);
  const change = (current: string) =>
    api.call('POST', '/v1/session/password', { ...as(first), body: { current, new: 'another good one' } });
  const refused = await change('not this one');
  expect([refused.status, refused.body]).toMatchObject([
    403,
    { code: 'wrong-password', errors: [{ pointer: '/current', detail: 'is not the current password' }] },
  ]);
  const changed = await change(password);
  expect(changed.status).toBe(204);
  expect((await api.call('GET', '/v1/session', as(second))).status).toBe(401);
  expect((await api.call('GET', '/v1/session', as(cookieOf(changed)))).status).toBe(200);
  await waitFor(async () => !(await stage.holdsElsewhere(second)) || undefined);
  expect(await stage.holdsElsewhere(cookieOf(changed))).toBe(true);
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
  await waitFor(async () => !(await stage.holdsElsewhere(cookie)) || undefined);
});

type Entry = { aggregate: string; id: string; type: string; actor: string; changes: object };
const auditOf = async (path: string, id: string) => {
  const { body } = await api.call<{ items: Entry[] }>('GET', `${path}/audit`, { key: operatorKey });
  return body.items.filter((entry) => entry.aggregate === 'user' && entry.id === id);
};

it('changes name and role against the version that was read; another role ends the sessions', async () => {
  const { email, id, path, key } = await vendor();
  const cookie = cookieOf(await logIn(email));
  await waitFor(async () => (await stage.holdsElsewhere(cookie)) || undefined);
  const at = `${path}/users/${id}`;
  const read = await api.call<User>('GET', at, { key });
  expect([read.headers.get('etag'), read.body]).toMatchObject([
    '"1"',
    { id, email, role: 'tenant-admin', version: 1 },
  ]);
  const change = (body: object, headers = {}) =>
    api.call<User & Problem & { errors: object[] }>('PATCH', at, { key, body, headers });
  const named = await change({ name: 'Ursula' }, { 'if-match': '"1"' });
  expect([named.status, named.headers.get('etag'), named.body]).toEqual([
    200,
    '"2"',
    { ...read.body, name: 'Ursula', version: 2 },
  ]);
  expect((await change({ name: 'Late' }, { 'if-match': '"1"' })).body.code).toBe('precondition-failed');
  expect((await change({ name: 'Ursula', role: 'tenant-admin' })).headers.get('etag')).toBe('"2"');
  for (const [body, pointer] of [
    [{ role: 'operator' }, '/role'],
    [{ name: ' ' }, '/name'],
    [{ password: 'a password of mine' }, '/password'],
  ] as const)
    expect((await change(body)).body.errors).toMatchObject([{ pointer }]);
  expect((await api.call('GET', '/v1/session', as(cookie))).status).toBe(200);
  expect((await change({ role: 'tenant-viewer' })).body).toMatchObject({
    name: 'Ursula',
    role: 'tenant-viewer',
  });
  expect((await api.call('GET', '/v1/session', as(cookie))).status).toBe(401);
  await waitFor(async () => !(await stage.holdsElsewhere(cookie)) || undefined);
  const looking = as(cookieOf(await logIn(email)));
  expect((await api.call('PATCH', at, { body: { name: 'Me' }, ...looking })).status).toBe(403);
  expect(await auditOf(path, id)).toMatchObject([
    { type: 'changed', changes: { role: 'tenant-viewer' }, actor: expect.stringMatching(/^key_/) },
    { type: 'changed', changes: { name: 'Ursula' } },
    { type: 'created' },
  ]);
  const foreign = await vendor();
  const there = `${foreign.path}/users/${id}`;
  const answers = [
    await api.call('GET', there, { key: foreign.key }),
    await api.call('PATCH', there, { key: foreign.key, body: { name: 'x' } }),
    await api.call('POST', `${there}/password`, { key: foreign.key }),
    await api.call('PATCH', `/v1/users/${id}`, { key: operatorKey, body: { name: 'x' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
});

it('resets a password: a new one is answered once, the old one and its sessions are over', async () => {
  const { email, id, path, key } = await vendor();
  const cookie = cookieOf(await logIn(email));
  type Reset = { id: string; password: string };
  const headers = { 'idempotency-key': `reset-${id}` };
  const reset = () => api.call<Reset>('POST', `${path}/users/${id}/password`, { key, headers });
  const { status, body } = await reset();
  expect([status, body]).toEqual([200, { id, password: expect.stringMatching(/^[\w-]{24}$/) }]);
  expect((await reset()).body).toEqual(body);
  expect((await api.call('GET', '/v1/session', as(cookie))).status).toBe(401);
  expect((await logIn(email)).status).toBe(401);
  expect((await logIn(email, body.password)).status).toBe(200);
  const entries = await auditOf(path, id);
  expect(entries[0]).toMatchObject({ type: 'password-reset', changes: { passwordHash: '[hidden]' } });
  expect(entries).toHaveLength(2);
  for (const table of ['aggregate_events', 'users', 'idempotency_keys']) {
    const { rows } = await stage.db.query<{ t: string }>(
      `SELECT string_agg(e::text, '') AS t FROM subscription_api.${table} e`,
    );
    expect(rows[0].t).not.toContain(body.password);
  }
});

it('lets nobody take his own rights away, nor get round his own password', async () => {
  const { email, id, path } = await vendor();
  const op = { email: `own-${id}@one.test`, name: 'Op', password };
  const made = await api.call<User>('POST', '/v1/users', { key: operatorKey, body: op });
  const admin = as(cookieOf(await logIn(email)));
  const operator = as(cookieOf(await logIn(op.email)));
  const own = [
    await api.call<Problem>('PATCH', `${path}/users/${id}`, { body: { role: 'tenant-viewer' }, ...admin }),
    await api.call<Problem>('POST', `${path}/users/${id}/password`, admin),
    await api.call<Problem>('DELETE', `${path}/users/${id}`, admin),
    await api.call<Problem>('POST', `/v1/users/${made.body.id}/password`, operator),
    await api.call<Problem>('DELETE', `/v1/users/${made.body.id}`, operator),
  ];
  expect(own.map(({ status, body }) => [status, body.code])).toEqual(own.map(() => [409, 'own-user']));
  expect((await api.call('GET', '/v1/session', operator)).status).toBe(200);
  const renamed = await api.call('PATCH', `/v1/users/${made.body.id}`, {
    body: { name: 'Otto' },
    ...operator,
  });
  expect([renamed.status, renamed.body['name']]).toEqual([200, 'Otto']);
  expect((await api.call('DELETE', `/v1/users/${made.body.id}`, { key: operatorKey })).status).toBe(204);
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

it('refuses names that no database holds in a body, and knows none in an address', async () => {
  const nul = '\0';
  const refused = await logIn(`a${nul}@one.test`);
  expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ pointer: '/email' }] }]);
  expect((await api.call('DELETE', '/v1/users/%00', { key: operatorKey })).status).toBe(404);
});
