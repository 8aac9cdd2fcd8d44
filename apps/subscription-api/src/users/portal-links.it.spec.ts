import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { operatorKey, Stage, type Answer, type Harness } from '../testing/harness.js';

type Link = Record<'id' | 'token' | 'role' | 'expiresAt', string> & Record<string, string | null>;
type Links = { items: Link[]; nextCursor: string | null };
type Session = { id: string; role: string; code: string };

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

const cookieOf = ({ headers }: Answer<unknown>): string => (headers.get('set-cookie') ?? '').split(';', 1)[0];
const as = (cookie: string) => ({ headers: { cookie } });
const use = (token: string, headers = {}) =>
  api.call<Session>('POST', '/v1/session/link', { body: { token }, headers });

let tenants = 0;
async function tenant() {
  const id = `linked-${++tenants}`;
  const key = await api.tenant(id, 'standard');
  const path = `/v1/tenants/${id}`;
  const make = async (body: object = {}, headers = {}) =>
    (await api.call<Link>('POST', `${path}/portal-links`, { key, body, headers })).body;
  const list = async (query = '') =>
    (await api.call<Links>('GET', `${path}/portal-links${query}`, { key })).body;
  return { id, key, path, make, list };
}

it('lets its holder in once, into its tenant, for its time', async () => {
  const { path, make } = await tenant();
  const { token } = await make();
  const first = await use(token);
  expect([first.status, first.body.role]).toEqual([200, 'tenant-viewer']);
  expect((await use(token)).status).toBe(401);
  const cookie = cookieOf(first);
  expect((await api.call('GET', `${path}/subscriptions`, as(cookie))).status).toBe(200);
  expect((await api.call('POST', `${path}/portal-links`, { ...as(cookie), body: {} })).status).toBe(403);
  const late = await make({ expiresInS: 30 });
  await stage.db.query("UPDATE subscription_api.portal_links SET expires_at = now() - interval '1 second'");
  expect((await use(late.token)).status).toBe(401);
});

it('is in the audit trail: who made it, that it was used and from where, who ended it; its token is not', async () => {
  const { key, path, make } = await tenant();
  const { id, token } = await make({ role: 'tenant-admin' });
  const cookie = cookieOf(await use(token));
  const body = { url: 'https://receiver.example/hook' };
  expect((await api.call('POST', `${path}/subscriptions`, { ...as(cookie), body })).status).toBe(201);
  await api.call('DELETE', `${path}/portal-links/${id}`, { key });
  const audit = await api.call<{ items: Record<string, string>[] }>('GET', `${path}/audit`, { key });
  const keyId = (await api.call<Links>('GET', `${path}/keys`, { key })).body.items[0].id;
  const seen = audit.body.items.map(({ aggregate, type, actor, origin }) => [aggregate, type, actor, origin]);
  const from = '127.0.0.1';
  expect(seen.filter(([aggregate]) => aggregate !== 'tenant' && aggregate !== 'api-key')).toEqual([
    ['portal-link', 'revoked', keyId, from],
    ['subscription', 'created', id, from],
    ['portal-link', 'used', id, from],
    ['portal-link', 'created', keyId, from],
  ]);
  expect(audit.text).not.toContain(token);
  expect(audit.body.items.find(({ type }) => type === 'used')).toMatchObject({ id });
  const { rows } = await stage.db.query<{ hash: string }>(
    'SELECT hash FROM subscription_api.portal_links WHERE id = $1',
    [id],
  );
  expect(audit.text).not.toContain(rows[0].hash);
});

it('is listed without its token, newest first, until a day after it can be used', async () => {
  const { key, path, make, list } = await tenant();
  const made = [await make({ sessionS: 60 }), await make(), await make()];
  const keyId = (await api.call<Links>('GET', `${path}/keys`, { key })).body.items[0].id;
  await use(made[0].token);
  const { items } = await list();
  expect(items.map(({ id }) => id)).toEqual(made.map(({ id }) => id).reverse());
  expect([...items, made[0]].map(({ createdBy }) => createdBy)).toEqual(Array(4).fill(keyId));
  expect(items.some((item) => 'token' in item || 'hash' in item)).toBe(false);
  const [unused, used] = [items[0], items[2]];
  expect([unused.usedAt, unused.sessionEndsAt, unused.revokedAt]).toEqual([null, null, null]);
  expect(Date.parse(used.sessionEndsAt!) - Date.parse(used.usedAt!)).toBe(60_000);
  const first = await list('?limit=2');
  const second = await list(`?limit=2&cursor=${first.nextCursor}`);
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(items.map(({ id }) => id));
  await stage.db.query(
    "UPDATE subscription_api.portal_links SET expires_at = now() - interval '25 hours' WHERE id = $1",
    [used.id],
  );
  expect((await list()).items).toHaveLength(2);
});

it('lets nobody in once it is revoked, and whom it let in is out, here and elsewhere', async () => {
  const { key, path, make, list } = await tenant();
  const foreign = await tenant();
  const [used, unused] = [await make(), await make()];
  const cookie = cookieOf(await use(used.token));
  await waitFor(async () => (await stage.holdsElsewhere(cookie)) || undefined);
  const end = (at: string, by: string, id: string) =>
    api.call('DELETE', `${at}/portal-links/${id}`, { key: by });
  expect((await end(foreign.path, foreign.key, used.id)).status).toBe(404);
  expect((await api.call('GET', '/v1/session', as(cookie))).status).toBe(200);
  for (const { id } of [used, unused, used]) expect((await end(path, key, id)).status).toBe(204);
  expect((await api.call('GET', '/v1/session', as(cookie))).status).toBe(401);
  await waitFor(async () => !(await stage.holdsElsewhere(cookie)) || undefined);
  expect((await use(unused.token)).status).toBe(401);
  expect((await list()).items.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
});

it('is used once under one Idempotency-Key, however often, and never by another', async () => {
  const { make } = await tenant();
  const { id, token } = await make();
  const headers = { 'idempotency-key': 'use-1' };
  const [first, again] = [await use(token, headers), await use(token, headers)];
  expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
  expect((await api.call<Session>('GET', '/v1/session', as(cookieOf(again)))).body.id).toBe(id);
  const other = await make();
  const mismatch = await use(other.token, headers);
  expect([mismatch.status, mismatch.body.code]).toEqual([422, 'idempotency-mismatch']);
  // Whoever comes later has not used it, and asking twice at once does not make it so.
  const thieves = await Promise.all([1, 2, 3].map(() => use(token, { 'idempotency-key': 'use-2' })));
  expect(thieves.map(({ status }) => status)).toEqual([401, 401, 401]);
  // The session ends when it would have ended.
  await stage.db.query(
    `UPDATE subscription_api.portal_links SET used_at = used_at - interval '2 hours' WHERE id = $1`,
    [id],
  );
  expect((await use(token, headers)).status).toBe(401);
});

it('is made once under one Idempotency-Key, also when the process died before it answered', async () => {
  const { key, path, make, list } = await tenant();
  const headers = { 'idempotency-key': 'make-1' };
  const made = await make({}, headers);
  expect(await make({}, headers)).toEqual(made);
  const age = "answer = NULL, created_at = now() - interval '2 minutes'";
  await stage.db.query(`UPDATE subscription_api.idempotency_keys SET ${age} WHERE key = 'make-1'`);
  const after = await api.call<Session>('POST', `${path}/portal-links`, { key, body: {}, headers });
  expect([after.status, after.body.code]).toEqual([409, 'conflict']);
  expect((await list()).items.map(({ id }) => id)).toEqual([made.id]);
});

it('lets nobody become, or make, somebody who may more than himself', async () => {
  const { path } = await tenant();
  const onlyWrites = { name: 'writes only', scopes: ['manage'] };
  const { body } = await api.call('POST', `${path}/keys`, { key: operatorKey, body: onlyWrites });
  const key = body['key'];
  const viewer = {
    email: 'u@a.example',
    name: 'U',
    password: 'correct horse battery',
    role: 'tenant-viewer',
  };
  const made = await api.call('POST', `${path}/users`, { key: operatorKey, body: viewer });
  expect(made.status).toBe(201);
  const own = `${path}/users/${made.body['id']}`;
  const answers = await Promise.all([
    api.call('POST', `${path}/portal-links`, { key, body: {} }),
    api.call('POST', `${path}/users`, { key, body: { ...viewer, email: 'v@a.example' } }),
    api.call('PATCH', own, { key, body: { role: 'tenant-admin' } }),
    api.call('POST', `${own}/password`, { key }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect((await api.call('PATCH', own, { key, body: { name: 'V' } })).status).toBe(200);
});
