import { testDatabase, testKafka } from '@posthorn/testing';
import { Stage, operatorKey, type Harness } from '../testing/harness.js';

type Webhook = {
  id: string;
  url: string;
  events: string[];
  status: string;
  createdAt: string;
  secret?: string;
};

/** The body of the documented call, as it is printed. */
const documentedBody = `{
"url": "https://meine-app.de/webhooks/brutlers",
"events": ["order.created", "order.status_changed"]
}`;

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

let vendors = 0;
/** A vendor of its own for every test, so that none sees another's webhooks. */
async function vendor(): Promise<{ id: string; key: string }> {
  const id = `vendor ${++vendors} ä/ö`;
  return { id, key: await api.tenant(id, 'brutlers') };
}

const register = (key: string, body: unknown = documentedBody) =>
  api.call<Webhook>('POST', '/api/vendor/webhooks', { key, body });
describe('a request that is wrong is told why, and changes nothing', () => {
  let mine: { id: string; key: string };
  let webhook: Webhook;
  let foreign: Webhook;

  beforeAll(async () => {
    mine = await vendor();
    ({ body: webhook } = await register(mine.key));
    ({ body: foreign } = await register((await vendor()).key));
  });

  const url = 'https://example.org/x';
  const known = ['order.created'];
  it.each([
    ['an unknown event type', { url, events: ['order.created', 'order.eaten'] }, 422, '/events/1'],
    ['no event type', { url, events: [] }, 422, '/events'],
    ['events of a wrong type', { url, events: 'order.created' }, 422, '/events'],
    ['a wildcard', { url, events: ['*'] }, 422, '/events/0'],
    ['no URL', { events: known }, 422, '/url'],
    ['a URL of a wrong type', { url: 17, events: known }, 422, '/url'],
    ['plain http', { url: 'http://example.org/x', events: known }, 422, '/url'],
    ['another scheme', { url: 'ftp://example.org/x', events: known }, 422, '/url'],
    ['a private address', { url: 'https://10.0.0.8/x', events: known }, 422, '/url'],
    ['a loopback address', { url: 'https://127.0.0.1/x', events: known }, 422, '/url'],
    ['a loopback name', { url: 'https://localhost/x', events: known }, 422, '/url'],
    ['a loopback address as a number', { url: 'https://2130706433/x', events: known }, 422, '/url'],
    ['a link-local address', { url: 'https://169.254.169.254/latest', events: known }, 422, '/url'],
    ['a private IPv6 address', { url: 'https://[fd00::1]/x', events: known }, 422, '/url'],
    ['credentials in the URL', { url: 'https://a:b@example.org/x', events: known }, 422, '/url'],
    ['a URL too long', { url: `https://example.org/${'x'.repeat(2048)}`, events: known }, 422, '/url'],
    ['a NUL in the URL', { url: 'https://example.org/\0', events: known }, 422, '/url'],
    ['an unknown field', { url, events: known, secret: 'mine'.repeat(16) }, 422, '/secret'],
    ['a list', [], 422, ''],
  ])('%s', async (_, body, status, pointer) => {
    const before = await stage.everything();
    const answer = await register(mine.key, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    const { code, errors } = answer.body as unknown as { code: string; errors: { pointer: string }[] };
    expect([code, errors.map((error) => error.pointer)]).toEqual(['invalid', [pointer]]);
    expect(await stage.everything()).toBe(before);
  });

  it.each<[string, number, () => ReturnType<typeof api.call>]>([
    [
      'malformed JSON',
      400,
      () => api.call('POST', '/api/vendor/webhooks', { key: mine.key, body: '{"url":' }),
    ],
    ['no body', 400, () => api.call('POST', '/api/vendor/webhooks', { key: mine.key })],
    [
      'a body of more than 64 KiB',
      413,
      () => api.call('POST', '/api/vendor/webhooks', { key: mine.key, body: `"${'x'.repeat(64 * 1024)}"` }),
    ],
    ['no key', 401, () => api.call('POST', '/api/vendor/webhooks', { body: documentedBody })],
    ['a foreign key', 401, () => register(`brut_${'A'.repeat(43)}`)],
    ['an empty key', 401, () => api.call('GET', '/api/vendor/webhooks', { headers: { 'x-api-key': '' } })],
    ["the operator's key, which is no vendor's", 404, () => register(operatorKey)],
    [
      "another vendor's id (read)",
      404,
      () => api.call('GET', `/api/vendor/webhooks/${foreign.id}`, { key: mine.key }),
    ],
    [
      "another vendor's id (update)",
      404,
      () =>
        api.call('PATCH', `/api/vendor/webhooks/${foreign.id}`, {
          key: mine.key,
          body: { status: 'inactive' },
        }),
    ],
    [
      "another vendor's id (delete)",
      404,
      () => api.call('DELETE', `/api/vendor/webhooks/${foreign.id}`, { key: mine.key }),
    ],
    ['an id with a NUL', 404, () => api.call('GET', '/api/vendor/webhooks/sub_%00', { key: mine.key })],
    ['a route that is not there', 404, () => api.call('GET', '/api/vendor/webhook', { key: mine.key })],
    [
      'an unknown status',
      422,
      () =>
        api.call('PATCH', `/api/vendor/webhooks/${webhook.id}`, {
          key: mine.key,
          body: { status: 'paused' },
        }),
    ],
    [
      'a private URL in an update',
      422,
      () =>
        api.call('PUT', `/api/vendor/webhooks/${webhook.id}`, {
          key: mine.key,
          body: { url: 'https://192.168.0.1' },
        }),
    ],
  ])('%s', async (_, status, call) => {
    const before = await stage.everything();
    const answer = await call();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    expect(answer.body).toMatchObject({ status, code: expect.any(String), requestId: expect.any(String) });
    expect(await stage.everything()).toBe(before);
  });
});
