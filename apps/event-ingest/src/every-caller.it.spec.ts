import { sessionSigner, signSession } from '@posthorn/runtime';
import { eventText, IngestRig } from './testing/ingest-rig.js';

let rig: IngestRig;
let url: string;
const callers: Record<string, Record<string, string>> = {};
const signer = sessionSigner(Buffer.alloc(32, 7));

beforeAll(async () => {
  rig = await IngestRig.start();
  await rig.tenant('mine');
  await rig.tenant('theirs');
  const as = async (...given: Parameters<IngestRig['key']>) => ({
    'x-api-key': (await rig.key(...given)).text,
  });
  callers['none'] = {};
  callers['wrong'] = { 'x-api-key': 'ph_unknown' };
  callers['expired'] = await as('mine', { expiresAt: Date.now() - 1 });
  callers['revoked'] = await as('mine', { revokedAt: 1 });
  callers['foreign'] = await as('theirs');
  callers['viewer'] = await as('mine', { scopes: ['read'] });
  callers['manager'] = await as('mine', { scopes: ['read', 'manage'] });
  callers['publisher'] = await as('mine', { scopes: ['publish'] });
  callers['operator'] = await as(null);
  const now = Date.now();
  const who = {
    id: 'ses_1',
    subject: 'usr_1',
    tenantId: null,
    role: 'operator',
    generation: now,
    issuedAtMs: now,
    endsAtMs: now + 9e6,
  } as const;
  callers['session'] = { cookie: `posthorn_session=${await signSession(who, signer)}` };
  await rig.tell(
    { kind: 'session-key', id: 'current', publicKey: signer.publicKey, version: 1 },
    { kind: 'user', id: 'usr_1', sessionsFrom: now, removedAt: null, version: 1 },
  );
  ({ url } = await rig.serve());
}, 60_000);

afterAll(() => rig.stop(), 30_000);

/** Every route there is, and what each caller gets. Publishing is for programs: a session is nobody. */
const routes: [method: string, path: string, statuses: Record<string, number>][] = [
  ['get', '/health/live', {}],
  ['get', '/health/ready', {}],
  [
    'post',
    '/v1/events',
    {
      ...{ none: 401, wrong: 401, expired: 401, revoked: 401, session: 401 },
      ...{ foreign: 404, viewer: 403, manager: 403, publisher: 202, operator: 202 },
    },
  ],
];

async function ask(method: string, path: string, headers: Record<string, string>, tenantId = 'mine') {
  const writes = method === 'post';
  const response = await fetch(url + path, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(writes ? { 'content-type': 'application/json' } : {}) },
    ...(writes ? { body: eventText({ tenantId }) } : {}),
  });
  const { code, detail } = (await response.json()) as { code?: string; detail?: string };
  return { status: response.status, code, detail };
}

it('every route there is has a line here, and shows what it takes', async () => {
  const answer = await fetch(`${url}/docs-json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
  const there = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(there.sort()).toEqual(routes.map(([method, path]) => `${method} ${path}`).sort());
  expect(paths['/v1/events']['post']).toMatchObject({
    requestBody: {
      content: { 'application/json': { schema: { oneOf: [{ type: 'object' }, { type: 'array' }] } } },
    },
  });
});

it.each(routes)('%s %s', async (method, path, statuses) => {
  const seen = await Promise.all(
    Object.entries(callers).map(async ([who, headers]) => [who, (await ask(method, path, headers)).status]),
  );
  const isOpen = Object.keys(statuses).length === 0;
  expect(Object.fromEntries(seen)).toEqual(
    isOpen ? Object.fromEntries(Object.keys(callers).map((who) => [who, 200])) : statuses,
  );
});

it('a foreign tenant is answered like one that does not exist', async () => {
  const [real, none] = await Promise.all(
    ['mine', 'nobody'].map((tenantId) => ask('post', '/v1/events', callers['foreign'], tenantId)),
  );
  expect(real).toEqual(none);
});

it.each(routes.filter(([method]) => method === 'post'))(
  '%s %s heeds an Idempotency-Key',
  async (method, path) => {
    const { status, detail } = await ask(method, path, { ...callers['publisher'], 'idempotency-key': 'a b' });
    expect([status, detail]).toEqual([422, 'Idempotency-Key must be 1 to 255 printable ASCII characters.']);
  },
);
