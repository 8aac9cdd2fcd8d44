import { KeyRing, sessionSigner, signSession, verifySession, type Session } from '@posthorn/runtime';
import { testDatabase, testKafka } from '@posthorn/testing';
import { secretKeys, Stage, type Answer, type Harness } from '../testing/harness.js';

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

const password = 'correct horse battery';
const cookieOf = ({ headers }: Answer<unknown>): string => (headers.get('set-cookie') ?? '').split(';', 1)[0];
const logIn = (email: string) => api.call('POST', '/v1/session', { body: { email, password } });
const as = (cookie: string, headers: object = {}) => ({ headers: { cookie, ...headers } });

let users = 0;
async function vendor() {
  const tenantId = `sessions-${++users}`;
  const key = await api.tenant(tenantId, 'standard');
  const email = `s${users}@one.test`;
  const path = `/v1/tenants/${tenantId}`;
  const body = { email, name: 'U', role: 'tenant-admin', password };
  const made = await api.call<{ id: string }>('POST', `${path}/users`, { key, body });
  return { tenantId, key, email, path, id: made.body.id };
}

it('lets no session of the old password pass for a later one, whatever the clocks say', async () => {
  const { email, id, tenantId, path, key } = await vendor();
  const signer = sessionSigner(KeyRing.parse(secretKeys).derive('sessions'));
  const begun = (await verifySession(cookieOf(await logIn(email)).split('=')[1], signer.publicKey))!;
  const status = async (more: Partial<Session>) => {
    const token = await signSession({ ...begun, ...more }, signer);
    return (await api.call('GET', '/v1/session', as(`posthorn_session=${token}`))).status;
  };
  expect(begun).toMatchObject({ subject: id, tenantId, generation: expect.any(Number) });
  expect(await status({})).toBe(200);
  await api.call('POST', `${path}/users/${id}/password`, { key });
  // Renewed on the way, or by a process whose clock is ahead.
  const later = { issuedAtMs: Date.now() + 60_000 };
  expect(await status(later)).toBe(401);
  const { rows } = await stage.db.query<{ at: Date }>(
    'SELECT sessions_from AS at FROM subscription_api.users WHERE id = $1',
    [id],
  );
  expect(await status({ ...later, generation: rows[0].at.getTime() })).toBe(200);
});

it('ends the session that is logged out of, and none beside it', async () => {
  const { email } = await vendor();
  const [mine, other] = [cookieOf(await logIn(email)), cookieOf(await logIn(email))];
  const out = await api.call('DELETE', '/v1/session', as(mine));
  expect([out.status, cookieOf(out)]).toEqual([204, 'posthorn_session=']);
  expect((await api.call('GET', '/v1/session', as(mine))).status).toBe(401);
  expect((await api.call('GET', '/v1/session', as(other))).status).toBe(200);
  // Another site cannot end it.
  await api.call('DELETE', '/v1/session', as(other, { 'sec-fetch-site': 'cross-site' }));
  expect((await api.call('GET', '/v1/session', as(other))).status).toBe(200);
});

it('keeps no hash of a former password, nor of one who is gone', async () => {
  const { id, path, key } = await vendor();
  const hashes = async () => {
    const { rows } = await stage.db.query<{ version: number }>(
      `SELECT version FROM subscription_api.aggregate_events
        WHERE aggregate_type = 'user' AND aggregate_id = $1 AND payload ? 'passwordHash' ORDER BY version`,
      [id],
    );
    return rows.map(({ version }) => version);
  };
  expect(await hashes()).toEqual([1]);
  await api.call('POST', `${path}/users/${id}/password`, { key });
  expect(await hashes()).toEqual([2]);
  await api.call('DELETE', `${path}/users/${id}`, { key });
  expect(await hashes()).toEqual([]);
});
