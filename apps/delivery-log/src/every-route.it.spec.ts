import { sessionSigner, signSession, type Service, type Session } from '@posthorn/runtime';
import { testDatabase, type TestDatabase, testKafka, type TestKafka, waitFor } from '@posthorn/testing';
import { Cluster } from './testing/cluster.js';

/** What a route is for; every caller's answer follows from it. A new route gets a line here. */
type Kind = 'look' | 'change' | 'public';

const tenant = '/v1/tenants/{tenantId}';

const routes: [method: string, path: string, kind: Kind][] = [
  ['get', '/health/live', 'public'],
  ['get', '/health/ready', 'public'],
  ['get', '/health/delivery-log', 'public'],
  ['get', `${tenant}/deliveries`, 'look'],
  ['get', `${tenant}/deliveries/{deliveryId}`, 'look'],
  ['post', `${tenant}/deliveries/{deliveryId}/retry`, 'change'],
  ['get', `${tenant}/events`, 'look'],
  ['get', `${tenant}/events/{eventId}`, 'look'],
  ['get', `${tenant}/waiting`, 'look'],
  ['post', `${tenant}/replays`, 'change'],
  ['get', `${tenant}/replays`, 'look'],
  ['get', `${tenant}/replays/{id}`, 'look'],
  ['post', `${tenant}/replays/{id}/cancel`, 'change'],
  ['get', `${tenant}/stats`, 'look'],
  ['post', `${tenant}/erasures`, 'change'],
  ['get', `${tenant}/erasures`, 'look'],
  ['get', `${tenant}/erasures/{erasureId}`, 'look'],
  ['get', `${tenant}/stream`, 'look'],
  ['get', `${tenant}/deliveries/export`, 'look'],
  ['get', `${tenant}/events/export`, 'look'],
  ['get', `${tenant}/subscriptions/{id}/poll`, 'look'],
];

/** POSTs that take nothing. */
const withoutBody = [`${tenant}/deliveries/{deliveryId}/retry`, `${tenant}/replays/{id}/cancel`];

const callers = [
  ...['none', 'wrong', 'expired', 'revoked', 'foreign', 'publisher', 'viewer', 'manager', 'operator'],
  ...['ended session', 'foreign session', 'viewer session', 'admin session', 'operator session'],
] as const;
type Who = (typeof callers)[number];

/** `in`: past the guard, whatever the route then says to an empty body and an unknown id. */
function wanted(kind: Kind, who: Who): number | 'in' {
  if (kind === 'public') return 'in';
  if (['none', 'wrong', 'expired', 'revoked', 'ended session'].includes(who)) return 401;
  if (who.startsWith('foreign')) return 404;
  if (who === 'publisher') return 403;
  return who.startsWith('viewer') && kind === 'change' ? 403 : 'in';
}

const foreignRefusal = 'No such tenant, or not yours.';
const signer = sessionSigner(Buffer.alloc(32, 7));
const cookies: Partial<Record<Who, string>> = {};

let broker: TestKafka;
let stores: TestDatabase;
let cluster: Cluster;
let service: Service;

beforeAll(async () => {
  broker = testKafka();
  stores = await testDatabase();
  cluster = new Cluster(broker.brokers, broker.prefix);
  await cluster.start();
  await cluster.tenant('mine');
  await cluster.tenant('theirs');
  await cluster.key('operator', null, ['read', 'manage']);
  await cluster.key('foreign', 'theirs', ['read', 'manage', 'publish']);
  await cluster.key('publisher', 'mine', ['publish']);
  await cluster.key('viewer', 'mine', ['read']);
  await cluster.key('manager', 'mine', ['read', 'manage']);
  await cluster.key('revoked', 'mine', ['read', 'manage'], Date.now() - 1_000);
  await cluster.key('expired', 'mine', ['read', 'manage'], null, Date.now() - 1_000);
  await cluster.directory({ kind: 'session-key', id: 'current', publicKey: signer.publicKey, version: 1 });
  await session('ended session', 'mine', 'tenant-admin', Date.now());
  await session('foreign session', 'theirs', 'tenant-admin');
  await session('viewer session', 'mine', 'tenant-viewer');
  await session('admin session', 'mine', 'tenant-admin');
  await session('operator session', null, 'operator');
  service = await cluster.startService(stores.url);
  await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { timeoutMs: 20_000 });
}, 60_000);

afterAll(async () => {
  await cluster?.stop();
  await broker?.cleanup();
  await stores?.drop();
}, 60_000);

async function session(
  who: Who,
  tenantId: string | null,
  role: Session['role'],
  removedAt: number | null = null,
): Promise<void> {
  const subject = `usr_${who.replace(' ', '-')}`;
  const issuedAtMs = Date.now();
  await cluster.directory({ kind: 'user', id: subject, sessionsFrom: issuedAtMs, removedAt, version: 1 });
  const times = { generation: issuedAtMs, issuedAtMs, endsAtMs: issuedAtMs + 3_600_000 };
  const token = { id: 'ses_1', subject, tenantId, role, ...times };
  cookies[who] = `posthorn_session=${await signSession(token, signer)}`;
}

async function ask(method: string, path: string, who: Who, tenantId: string, headers: object = {}) {
  const filled = path.replace('{tenantId}', tenantId).replaceAll(/\{\w+\}/g, 'unknown-1');
  const cookie = cookies[who];
  const writes = method !== 'get' && method !== 'delete';
  const response = await fetch(`${service.url}${filled}`, {
    method: method.toUpperCase(),
    headers: {
      ...(cookie ? { cookie } : who === 'none' ? {} : { 'x-api-key': who }),
      ...(writes ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(writes ? { body: '{}' } : {}),
  });
  const type = response.headers.get('content-type') ?? '';
  // A stream has no end of its own.
  if (!type.includes('json')) await response.body?.cancel();
  const body = (type.includes('problem+json') ? await response.json() : {}) as {
    code?: string;
    detail?: string;
  };
  return { status: response.status, code: body.code, detail: body.detail };
}

type Operation = { requestBody?: { content: Record<string, { schema: { properties?: object } }> } };
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };
const document = async () => (await (await fetch(`${service.url}/docs-json`)).json()) as Document;

it('every route there is has a line here, and shows what it takes', async () => {
  const { openapi, paths } = await document();
  expect(openapi).toBe('3.1.0');
  const there = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(there.sort()).toEqual(routes.map(([method, path]) => `${method} ${path}`).sort());
  const mute = routes.filter(([method, path]) => {
    if (method === 'get' || method === 'delete' || withoutBody.includes(path)) return false;
    const schema = paths[path][method].requestBody?.content['application/json']?.schema ?? {};
    return !('properties' in schema) && !('oneOf' in schema) && !('anyOf' in schema);
  });
  expect(mute).toEqual([]);
});

it.each(routes)('%s %s', async (method, path, kind) => {
  for (const who of callers) {
    const answer = await ask(method, path, who, 'mine');
    expect(answer.status).toBeLessThan(500);
    const isRefused = answer.detail === foreignRefusal || [401, 403].includes(answer.status);
    expect([who, isRefused ? answer.status : 'in']).toEqual([who, wanted(kind, who)]);
  }
});

it.each(routes.filter(([, , kind]) => kind !== 'public'))(
  '%s %s does not tell a foreign tenant from one that does not exist, and heeds no other site',
  async (method, path, kind) => {
    for (const who of ['foreign', 'foreign session'] as const)
      expect(await ask(method, path, who, 'mine')).toEqual(await ask(method, path, who, 'nobody'));
    if (kind !== 'change') return;
    const crossing = await ask(method, path, 'admin session', 'mine', { 'sec-fetch-site': 'cross-site' });
    expect(crossing.status).toBe(401);
  },
);

it.each(routes.filter(([method]) => method === 'post'))(
  '%s %s heeds an Idempotency-Key',
  async (method, path) => {
    const { status, detail } = await ask(method, path, 'manager', 'mine', { 'idempotency-key': 'a b' });
    expect([status, detail]).toEqual([422, 'Idempotency-Key must be 1 to 255 printable ASCII characters.']);
  },
);
