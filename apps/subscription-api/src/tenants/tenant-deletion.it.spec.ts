import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { operatorKey, Stage, type Answer, type Harness } from '../testing/harness.js';

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

const operator = { key: operatorKey };
const password = 'correct horse battery';
const cookieOf = ({ headers }: Answer<unknown>): string => (headers.get('set-cookie') ?? '').split(';', 1)[0];

/** A tenant with one of everything. */
async function furnished(id: string) {
  const key = await api.tenant(id, 'standard');
  const path = `/v1/tenants/${id}`;
  const make = async (what: string, body: object) => {
    const made = await api.call('POST', `${path}/${what}`, { key, body });
    expect(made.status).toBe(201);
    return made.body;
  };
  const { id: webhook } = await make('subscriptions', {
    name: 'w',
    url: 'https://receiver.test/',
    filter: { types: ['*'] },
  });
  await make('users', { email: `${id}@end.test`, name: 'U', role: 'tenant-admin', password });
  const { token: unused } = await make('portal-links', {});
  const { token: used } = await make('portal-links', {});
  await api.call('PUT', `${path}/event-types/a.b`, { key, body: { schema: { type: 'object' } } });
  const logIn = () => api.call('POST', '/v1/session', { body: { email: `${id}@end.test`, password } });
  const follow = (token: string) => api.call('POST', '/v1/session/link', { body: { token } });
  const cookies = [cookieOf(await logIn()), cookieOf(await follow(used))];
  return { key, path, webhook, cookies, unused, logIn, follow };
}

it('ends everything in it at once: webhooks, keys, users, links, event types', async () => {
  const { key, path, webhook, cookies, unused, logIn, follow } = await furnished('ended-1');
  const other = await furnished('stays-1');
  const mayRead = async (one: { key?: string; headers?: { cookie: string } }) =>
    (await api.call('GET', `${path}/subscriptions`, one)).status;
  for (const cookie of cookies) {
    expect(await mayRead({ headers: { cookie } })).toBe(200);
    await waitFor(() => stage.holdsElsewhere(cookie));
  }
  expect(await mayRead({ key })).toBe(200);

  expect((await api.call('DELETE', path, { key })).status).toBe(403);
  const stale = await api.call('DELETE', path, { ...operator, headers: { 'if-match': '"7"' } });
  expect([stale.status, await mayRead({ key })]).toEqual([412, 200]);
  const headers = { 'if-match': '"1"' };
  expect((await api.call('DELETE', path, { ...operator, headers })).status).toBe(204);

  expect(await Promise.all(cookies.map((cookie) => mayRead({ headers: { cookie } })))).toEqual([401, 401]);
  expect(await mayRead({ key })).toBe(401);
  expect([(await logIn()).status, (await follow(unused)).status]).toEqual([401, 401]);
  expect((await api.call('GET', path, operator)).status).toBe(404);
  expect((await api.call('DELETE', path, operator)).status).toBe(404);
  const { body } = await api.call<{ items: { id: string }[] }>('GET', '/v1/tenants?cursor=e', operator);
  expect(body.items.map(({ id }) => id)).toEqual(['stays-1']);

  await waitFor(() => stage.directoryState().tenant('ended-1') === undefined);
  expect(stage.directoryState().authenticate(key, Date.now())).toBeUndefined();
  expect(stage.directoryState().eventType('ended-1', 'a.b')).toBeUndefined();
  expect(await Promise.all(cookies.map((cookie) => stage.holdsElsewhere(cookie)))).toEqual([false, false]);
  expect(
    await waitFor(() => stage.snapshots(webhook).find(({ status }) => status === 'deleted')),
  ).toMatchObject({
    tenantId: 'ended-1',
  });

  // Nobody else lost anything.
  expect((await api.call('GET', `${other.path}/subscriptions`, { key: other.key })).status).toBe(200);
  expect(await stage.holdsElsewhere(other.cookies[0])).toBe(true);
  expect(stage.directoryState().eventType('stays-1', 'a.b')).toBeDefined();
}, 30_000);

it('says in the installation’s audit trail who deleted it, and gives its id to nobody', async () => {
  await api.tenant('ended-2', 'brz365');
  expect((await api.call('DELETE', '/v1/tenants/ended-2', operator)).status).toBe(204);
  type Audit = { items: { aggregate: string; id: string; type: string; actor: string }[] };
  const { body } = await api.call<Audit>('GET', '/v1/audit', operator);
  expect(body.items[0]).toMatchObject({
    ...{ aggregate: 'tenant', id: 'ended-2', type: 'deleted', actor: expect.stringMatching(/^key_/) },
  });
  const again = await api.call('POST', '/v1/tenants', {
    ...operator,
    body: { id: 'ended-2', profile: 'standard' },
  });
  expect([again.status, again.body['detail']]).toEqual([409, 'A tenant with this id existed.']);
});

it('leaves nothing behind that was asked for before and came to its turn after', async () => {
  await api.tenant('ended-3', 'standard');
  const second = await stage.start();
  const path = '/v1/tenants/ended-3';
  const waiting = async (n: number) => {
    const { rows } = await stage.db.query(
      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
    );
    return rows.length === n;
  };
  await stage.db.query('BEGIN');
  await stage.db.query(
    "SELECT pg_advisory_xact_lock(hashtextextended('subscription-api/tenant/ended-3', 0))",
  );
  const deleted = api.call('DELETE', path, operator);
  await waitFor(() => waiting(1));
  const key = second.call('POST', `${path}/keys`, { ...operator, body: { name: 'late' } });
  await waitFor(() => waiting(2));
  await stage.db.query('COMMIT');
  expect([(await deleted).status, (await key).status]).toEqual([204, 404]);
  const { rows } = await stage.db.query("SELECT 1 FROM subscription_api.api_keys WHERE name = 'late'");
  expect(rows).toEqual([]);
}, 30_000);

it.each(['nobody', 'a%00b'])('knows no tenant %s', async (id) => {
  const { status, body } = await api.call('DELETE', `/v1/tenants/${id}`, operator);
  expect([status, body['code']]).toEqual([404, 'not-found']);
});
