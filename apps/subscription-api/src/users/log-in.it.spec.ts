import { createHash } from 'node:crypto';
import { testDatabase, testKafka } from '@posthorn/testing';
import { operatorKey, Stage, type Answer, type Harness } from '../testing/harness.js';

type Session = { id: string; code: string };

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  // Addresses are not counted here: all tests have one.
  const stores = { database: await testDatabase(), kafka: testKafka() };
  ({ stage, api } = await Stage.open(stores, { POSTHORN_RATE_PER_ADDRESS: '0' }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

const password = 'correct horse battery';
const cookieOf = ({ headers }: Answer<unknown>): string => (headers.get('set-cookie') ?? '').split(';', 1)[0];
const logIn = (email: string, secret = password, headers = {}, at = api) =>
  at.call<Session>('POST', '/v1/session', { body: { email, password: secret }, headers });
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

let users = 0;
async function user(): Promise<{ id: string; email: string }> {
  const tenantId = `logging-in-${++users}`;
  const key = await api.tenant(tenantId, 'standard');
  const email = `u${users}@log-in.test`;
  const body = { email, name: 'U', role: 'tenant-admin', password };
  const made = await api.call<Session>('POST', `/v1/tenants/${tenantId}/users`, { key, body });
  return { id: made.body.id, email };
}

it('stops guessing, for that user alone, also with the right password', async () => {
  const [{ email }, other] = [await user(), await user()];
  for (let i = 0; i < 10; i++) expect((await logIn(email, `guess ${i}`)).status).toBe(401);
  const refused = await logIn(email);
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect((await logIn(other.email)).status).toBe(200);
});

it('looks at ten guesses of thirty that come at once', async () => {
  const { email } = await user();
  const guesses = await Promise.all(Array.from({ length: 30 }, (_, i) => logIn(email, `guess ${i}`)));
  expect(statuses(guesses)).toEqual([...Array<number>(10).fill(401), ...Array<number>(20).fill(429)]);
});

it('counts no right password, nor forgets wrong ones for its sake', async () => {
  const { email } = await user();
  for (let i = 0; i < 9; i++) await logIn(email, `guess ${i}`);
  for (let i = 0; i < 3; i++) expect((await logIn(email)).status).toBe(200);
  expect((await logIn(email, 'guess 9')).status).toBe(401);
  expect((await logIn(email)).status).toBe(429);
});

it('does not let one who is kept out use up his address for others', async () => {
  const fresh = await stage.start();
  const [{ email }, other] = [await user(), await user()];
  for (let i = 0; i < 10; i++) await logIn(email, `guess ${i}`, {}, fresh);
  for (let i = 0; i < 45; i++) expect((await logIn(email, password, {}, fresh)).status).toBe(429);
  expect((await logIn(other.email, password, {}, fresh)).status).toBe(200);
}, 60_000);

it('stops guessing the current password where one is changed', async () => {
  const { email } = await user();
  const headers = { cookie: cookieOf(await logIn(email)) };
  const change = (current: string) =>
    api.call('POST', '/v1/session/password', { headers, body: { current, new: 'another good one' } });
  const guesses = await Promise.all(Array.from({ length: 15 }, (_, i) => change(`guess ${i}`)));
  expect(statuses(guesses)).toEqual([...Array<number>(10).fill(403), ...Array<number>(5).fill(429)]);
  expect((await change(password)).status).toBe(429);
});

it('stops one who tries every user from one address', async () => {
  const fresh = await stage.start();
  const { email } = await user();
  const guess = (i: number) => logIn(`nobody-${i}@log-in.test`, 'wrong password', {}, fresh);
  for (let i = 0; i < 50; i++) expect((await guess(i)).status).toBe(401);
  expect((await logIn(email, password, {}, fresh)).status).toBe(429);
}, 60_000);

it('lets nobody keep others out who share his address, where a proxy counts addresses', async () => {
  const { email } = await user();
  const guesses = Array.from({ length: 50 }, (_, i) => logIn(`guess-${i}@log-in.test`, 'wrong password'));
  expect(new Set(statuses(await Promise.all(guesses)))).toEqual(new Set([401]));
  expect((await logIn(email)).status).toBe(200);
}, 60_000);

it('counts the address that a trusted proxy tells, and keeps it in the audit trail; others tell nothing', async () => {
  const behindProxy = await stage.start({
    POSTHORN_TRUSTED_PROXIES: '127.0.0.1',
    // As composed: the proxy counts requests, and guesses are counted here all the same.
    POSTHORN_RATE_PER_ADDRESS: '0',
  });
  const from = (address: string) => ({ 'x-forwarded-for': `198.51.100.7, ${address}` });
  const { email } = await user();
  for (let i = 0; i < 50; i++)
    await logIn(`guess-${i}@behind.test`, 'wrong password', from('203.0.113.1'), behindProxy);
  expect((await logIn(email, password, from('203.0.113.1'), behindProxy)).status).toBe(429);
  expect((await logIn(email, password, from('203.0.113.2'), behindProxy)).status).toBe(200);
  for (const [at, origin] of [
    [behindProxy, '203.0.113.3'],
    [api, '127.0.0.1'],
  ] as const) {
    const id = `origin-${origin}`;
    const headers = from('203.0.113.3');
    const body = { id, profile: 'standard' };
    expect((await at.call('POST', '/v1/tenants', { key: operatorKey, body, headers })).status).toBe(201);
    const audit = await at.call<{ items: { origin: string }[] }>('GET', `/v1/tenants/${id}/audit`, {
      key: operatorKey,
    });
    expect(audit.body.items.map((entry) => entry.origin)).toEqual([origin]);
  }
}, 60_000);

it('is compared under an Idempotency-Key and carried out again; nothing of it is kept', async () => {
  const [{ email, id }, other] = [await user(), await user()];
  const headers = { 'idempotency-key': 'log-in' };
  const [first, again] = [await logIn(email, password, headers), await logIn(email, password, headers)];
  expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
  const cookie = cookieOf(again);
  expect((await api.call<Session>('GET', '/v1/session', { headers: { cookie } })).body.id).toBe(id);
  const mismatch = await logIn(other.email, password, headers);
  expect([mismatch.status, mismatch.body.code]).toEqual([422, 'idempotency-mismatch']);
  const { rows } = await stage.db.query<{ text: string; answer: string | null; fingerprint: string }>(
    `SELECT t::text AS text, answer, fingerprint FROM subscription_api.idempotency_keys t WHERE key = 'log-in'`,
  );
  const body = JSON.stringify({ email, password });
  const plain = createHash('sha256').update(`POST /v1/session\n${body}`).digest('hex');
  expect([rows.length, rows[0].answer]).toEqual([1, null]);
  // Whoever reads the table cannot try passwords on it.
  expect(rows[0].fingerprint).not.toBe(plain);
  expect(rows[0].text).not.toContain(cookie.split('=')[1]);
  // An old password under an old key lets nobody in.
  const change = { current: password, new: 'another good one' };
  await api.call('POST', '/v1/session/password', { headers: { cookie }, body: change });
  expect((await logIn(email, password, headers)).status).toBe(401);
});

it('changes a password once under one Idempotency-Key', async () => {
  const { email } = await user();
  const body = { current: password, new: 'another good one' };
  const change = (cookie: string, more = {}) =>
    api.call<Session>('POST', '/v1/session/password', {
      headers: { cookie, 'idempotency-key': 'change' },
      body: { ...body, ...more },
    });
  const first = await change(cookieOf(await logIn(email)));
  const again = await change(cookieOf(first));
  expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([204, 204, 'true']);
  expect((await change(cookieOf(first), { new: 'yet another one' })).body.code).toBe('idempotency-mismatch');
  expect((await logIn(email, 'another good one')).status).toBe(200);
});
