import { readFileSync } from 'node:fs';
import { testDatabase, testKafka } from '@posthorn/testing';
import { operatorKey, Stage, type Harness } from '../testing/harness.js';

/** What a route is for; every caller's answer follows from it. */
type Kind = 'look' | 'change' | 'operator' | 'self' | 'open' | 'vendor-look' | 'vendor-change' | 'public';

const tenant = '/v1/tenants/{tenantId}';
const subscription = `${tenant}/subscriptions/{id}`;

const routes: [method: string, path: string, kind: Kind][] = [
  ['get', '/', 'public'],
  ['get', '/health/live', 'public'],
  ['get', '/health/ready', 'public'],
  ['get', '/v1/tenants', 'operator'],
  ['post', '/v1/tenants', 'operator'],
  ['get', tenant, 'look'],
  ['patch', tenant, 'change'],
  ['delete', tenant, 'operator'],
  ['get', `${tenant}/keys`, 'look'],
  ['post', `${tenant}/keys`, 'change'],
  ['delete', `${tenant}/keys/{keyId}`, 'change'],
  ['get', `${tenant}/subscriptions`, 'look'],
  ['post', `${tenant}/subscriptions`, 'change'],
  ['get', subscription, 'look'],
  ['put', subscription, 'change'],
  ['patch', subscription, 'change'],
  ['delete', subscription, 'change'],
  ['post', `${subscription}/{order}`, 'change'],
  ['post', `${subscription}/match`, 'look'],
  ['post', `${subscription}/test`, 'change'],
  ['post', `${subscription}/render`, 'look'],
  ['post', `${subscription}/verify-signature`, 'look'],
  ['get', `${subscription}/history`, 'look'],
  ['get', `${subscription}/state`, 'look'],
  ['get', `${subscription}/secrets`, 'look'],
  ['post', `${subscription}/secrets`, 'change'],
  ['delete', `${subscription}/secrets/{secretId}`, 'change'],
  ['get', `${tenant}/event-types`, 'look'],
  ['get', `${tenant}/event-types/{name}`, 'look'],
  ['put', `${tenant}/event-types/{name}`, 'change'],
  ['delete', `${tenant}/event-types/{name}`, 'change'],
  ['get', `${tenant}/audit`, 'look'],
  ['get', `${tenant}/audit/export`, 'look'],
  ['get', '/v1/audit', 'operator'],
  ['get', '/v1/audit/export', 'operator'],
  ['get', `${tenant}/users`, 'look'],
  ['post', `${tenant}/users`, 'change'],
  ['get', `${tenant}/users/{userId}`, 'look'],
  ['patch', `${tenant}/users/{userId}`, 'change'],
  ['post', `${tenant}/users/{userId}/password`, 'change'],
  ['delete', `${tenant}/users/{userId}`, 'change'],
  ['get', `${tenant}/portal-links`, 'look'],
  ['post', `${tenant}/portal-links`, 'change'],
  ['delete', `${tenant}/portal-links/{linkId}`, 'change'],
  ['get', '/v1/users', 'operator'],
  ['post', '/v1/users', 'operator'],
  ['get', '/v1/users/{userId}', 'operator'],
  ['patch', '/v1/users/{userId}', 'operator'],
  ['post', '/v1/users/{userId}/password', 'operator'],
  ['delete', '/v1/users/{userId}', 'operator'],
  ['post', '/v1/secrets/reseal', 'operator'],
  ['get', '/v1/session', 'self'],
  ['post', '/v1/session/password', 'self'],
  ['post', '/v1/session', 'open'],
  ['post', '/v1/session/link', 'open'],
  ['delete', '/v1/session', 'open'],
  ['get', '/api/vendor/webhooks', 'vendor-look'],
  ['post', '/api/vendor/webhooks', 'vendor-change'],
  ['get', '/api/vendor/webhooks/{id}', 'vendor-look'],
  ['put', '/api/vendor/webhooks/{id}', 'vendor-change'],
  ['patch', '/api/vendor/webhooks/{id}', 'vendor-change'],
  ['delete', '/api/vendor/webhooks/{id}', 'vendor-change'],
];

const callers = [
  'none',
  'wrong',
  'expired',
  'revoked',
  'foreign',
  'publisher',
  'viewer',
  'manager',
  'operator',
  'ended session',
  'foreign session',
  'viewer session',
  'admin session',
  'operator session',
] as const;
type Who = (typeof callers)[number];

/** A session may do what a key may: whose answers it gets. */
const likeKey: Partial<Record<Who, Who>> = {
  'ended session': 'revoked',
  'foreign session': 'foreign',
  'viewer session': 'viewer',
  'admin session': 'manager',
  'operator session': 'operator',
};

/** `in`: past the guard, whatever the route then says to an empty body and an unknown id. */
function wanted(kind: Kind, caller: Who): number | 'in' {
  const who = likeKey[caller] ?? caller;
  if (kind === 'public' || kind === 'open') return 'in';
  if (who === 'none' || who === 'wrong' || who === 'expired' || who === 'revoked') return 401;
  if (kind === 'self') return 'in';
  if (kind === 'operator') return who === 'operator' ? 'in' : 403;
  if (who === 'operator') return kind.startsWith('vendor') ? 404 : 'in';
  if (who === 'foreign') return 404;
  if (who === 'publisher') return 403;
  return who === 'viewer' && kind.endsWith('change') ? 403 : 'in';
}

let stage: Stage;
let api: Harness;
const keys: Partial<Record<Who, string>> = {};
const cookies: Partial<Record<Who, string>> = {};
const password = 'a password of the tests';
const foreignRefusal = 'No such tenant, or not yours.';

beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
  await api.tenant('mine', 'brutlers');
  // No vendor: what is for vendors alone is not there for him.
  keys.foreign = await api.tenant('theirs', 'standard');
  const make = async (body: object) =>
    (await api.call('POST', '/v1/tenants/mine/keys', { key: operatorKey, body: { name: 'k', ...body } }))
      .body;
  keys.publisher = (await make({ scopes: ['publish'] }))['key'];
  keys.viewer = (await make({ scopes: ['read'] }))['key'];
  keys.manager = (await make({ scopes: ['read', 'manage'] }))['key'];
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  keys.expired = (await make({ expiresAt }))['key'];
  const revoked = await make({});
  keys.revoked = revoked['key'];
  await api.call('DELETE', `/v1/tenants/mine/keys/${revoked['id']}`, { key: operatorKey });
  const past = "expires_at = now() - interval '1 second'";
  await stage.db.query(`UPDATE subscription_api.api_keys SET ${past} WHERE expires_at IS NOT NULL`);
  keys.wrong = `ph_${'x'.repeat(43)}`;
  keys.operator = operatorKey;
  cookies['foreign session'] = await session('/v1/tenants/theirs/users', 'tenant-admin');
  cookies['viewer session'] = await session('/v1/tenants/mine/users', 'tenant-viewer');
  cookies['admin session'] = await session('/v1/tenants/mine/users', 'tenant-admin');
  cookies['operator session'] = await session('/v1/users');
  cookies['ended session'] = await session('/v1/tenants/mine/users', 'tenant-admin', { removed: true });
}, 60_000);
afterAll(() => stage.close(), 30_000);

/** A user who has logged in, and was removed since where that is asked for. */
async function session(path: string, role?: string, { removed = false } = {}): Promise<string> {
  const email = `u${Object.keys(cookies).length}@routes.test`;
  const body = { email, name: 'U', password, ...(role ? { role } : {}) };
  const made = await api.call('POST', path, { key: operatorKey, body });
  expect(made.status).toBe(201);
  const { headers } = await api.call('POST', '/v1/session', { body: { email, password } });
  if (removed) await api.call('DELETE', `${path}/${made.body['id']}`, { key: operatorKey });
  return (headers.get('set-cookie') ?? '').split(';', 1)[0];
}

const filled = (path: string, tenantId: string) =>
  path.replace('{tenantId}', tenantId).replaceAll(/\{\w+\}/g, 'unknown-1');

async function ask(method: string, path: string, who: Who, tenantId: string) {
  // Whoever logs out is nobody for the routes after this one.
  const isLogOut = method === 'delete' && path === '/v1/session';
  const [key, cookie] = [keys[who], isLogOut ? undefined : cookies[who]];
  const writes = ['post', 'put', 'patch'].includes(method);
  const { status, body, text } = await api.call<{ code: string; detail: string } | undefined>(
    method.toUpperCase(),
    filled(path, tenantId),
    {
      ...(key ? { key } : {}),
      ...(cookie ? { headers: { cookie } } : {}),
      ...(writes ? { body: {} } : {}),
    },
  );
  return { status, code: body?.code, detail: body?.detail, text };
}

it('names every route there is', async () => {
  const { body } = await api.call<{ openapi: string; paths: Record<string, object> }>('GET', '/docs-json');
  expect(body.openapi).toBe('3.1.0');
  const there = Object.entries(body.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(routes.map(([method, path]) => `${method} ${path}`).sort()).toEqual(there.sort());
  expect((await api.call('GET', '/docs')).status).toBe(200);
});

it('the document asks for what stands in a path, and says of lists how they are read page by page', async () => {
  type Operation = {
    parameters?: { name: string; in: string; required?: boolean }[];
    responses: Record<string, { content?: Record<string, { schema: { properties?: object } }> }>;
  };
  const { body } = await api.call<{ paths: Record<string, Record<string, Operation>> }>('GET', '/docs-json');
  const lists: string[] = [];
  for (const [path, item] of Object.entries(body.paths))
    for (const [method, { parameters = [], responses }] of Object.entries(item)) {
      const names = (where: string) => parameters.filter((one) => one.in === where).map(({ name }) => name);
      const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
      expect([method, path, names('path')]).toEqual([method, path, inPath]);
      const answer = responses['200']?.content?.['application/json']?.schema.properties ?? {};
      if (method === 'delete')
        expect([path, responses['204'], responses['200']]).toEqual([path, expect.anything(), undefined]);
      if ('nextCursor' in answer) lists.push(`${path} ${names('query').join(' ')}`);
    }
  expect(lists.filter((list) => !list.endsWith('limit cursor'))).toEqual([
    '/v1/tenants/{tenantId}/subscriptions/{id}/secrets ',
  ]);
  expect(lists.length).toBeGreaterThan(8);
});

it('the README says of every route who may call it', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const said = [...readme.matchAll(/^\| `([A-Z]+) (\S+)` \| (\w+) \|/gm)].map(([, ...words]) =>
    words.join(' '),
  );
  const who = (kind: Kind): string => {
    if (kind === 'public' || kind === 'open') return 'everybody';
    if (kind === 'self') return 'caller';
    if (kind === 'operator') return kind;
    return kind.endsWith('look') ? 'read' : 'manage';
  };
  const there = routes.map(([method, path, kind]) => `${method.toUpperCase()} ${path} ${who(kind)}`);
  expect(said.sort()).toEqual(there.sort());
});

it.each(routes)('%s %s', async (method, path, kind) => {
  for (const who of callers) {
    // What deletes a tenant would take the others' away.
    const tenantId = method === 'delete' && path === tenant ? 'nobody' : 'mine';
    const answer = await ask(method, path, who, tenantId);
    const want = wanted(kind, who);
    expect(answer.status).toBeLessThan(500);
    const isRefused = answer.detail === foreignRefusal || answer.status === 403;
    const isIn = !isRefused && (answer.status !== 401 || kind === 'open');
    const seen = want === 'in' && (isIn || kind === 'self') ? 'in' : answer.status;
    expect([who, seen]).toEqual([who, want]);
  }
});

it.each(routes.filter(([, path]) => path.includes('{tenantId}')))(
  '%s %s does not tell a foreign tenant from one that does not exist',
  async (method, path) => {
    for (const who of ['foreign', 'foreign session'] as const) {
      const [real, none] = [await ask(method, path, who, 'mine'), await ask(method, path, who, 'nobody')];
      const words = ({ status, code, detail }: typeof real) => [status, code, detail];
      expect(words(real)).toEqual(words(none));
    }
  },
);

it.each(routes.filter(([method]) => method === 'post'))(
  '%s %s heeds an Idempotency-Key',
  async (_, path, kind) => {
    const key = kind.startsWith('vendor') ? keys.manager : kind === 'open' ? undefined : operatorKey;
    const headers = { 'idempotency-key': 'a b' };
    const answer = await api.call('POST', filled(path, 'mine'), {
      ...(key ? { key } : {}),
      headers,
      body: {},
    });
    expect([answer.status, answer.body['detail']]).toEqual([
      422,
      'Idempotency-Key must be 1 to 255 printable ASCII characters.',
    ]);
  },
);

const withoutBody = [
  `${subscription}/{order}`,
  ...[`${tenant}/users/{userId}/password`, '/v1/users/{userId}/password'],
];

it.each(routes.filter(([method]) => ['post', 'put', 'patch'].includes(method)))(
  '%s %s shows what it takes',
  async (method, path) => {
    type Operation = { requestBody?: { content: Record<string, { schema: Record<string, object> }> } };
    const { body } = await api.call<{ paths: Record<string, Record<string, Operation>> }>(
      'GET',
      '/docs-json',
    );
    const { requestBody } = body.paths[path][method];
    if (withoutBody.includes(path)) return expect(requestBody).toBeUndefined();
    const schema = requestBody?.content['application/json']?.schema;
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(schema?.['properties'] ?? {})).not.toEqual([]);
    // What nobody takes is refused by name: the document and the route know the same fields.
    const unknown = await api.call<{ errors?: { pointer?: string }[] }>(
      method.toUpperCase(),
      filled(path, path.startsWith('/api') ? '' : 'mine'),
      { key: path.startsWith('/api') ? keys.manager! : operatorKey, body: { 'no-such-field': 1 } },
    );
    if (unknown.status === 422)
      expect(unknown.body.errors).toContainEqual(expect.objectContaining({ pointer: '/no-such-field' }));
  },
);

it('answers 429 with Retry-After above the limits of an address and of a key', async () => {
  for (const limit of ['POSTHORN_RATE_PER_ADDRESS', 'POSTHORN_RATE_PER_KEY']) {
    const limited = await stage.start({ [limit]: '1' });
    const call = () => limited.call('GET', '/v1/tenants/mine', { key: operatorKey });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await call()).status);
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429]);
    expect(Number((await call()).headers.get('retry-after'))).toBeGreaterThan(0);
  }
});
