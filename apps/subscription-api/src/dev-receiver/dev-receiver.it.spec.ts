import { connect } from 'node:net';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Stage, type Harness } from '../testing/harness.js';
import type { HookWithRequests } from './hooks.js';

let stage: Stage;
let off: Harness;
let api: Harness;

beforeAll(async () => {
  ({ stage, api: off } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
  api = await stage.start({ POSTHORN_DEV_RECEIVER: 'on' });
}, 60_000);
afterAll(() => stage.close(), 30_000);

let name: string;
let count = 0;
beforeEach(() => void (name = `hook-${++count}`));
afterEach(() => api.call('DELETE', control()));

const control = (rest = '') => `/dev/receiver/api/${name}${rest}`;
const hookUrl = (rest = '') => `${api.service.url}/dev/receiver/hooks/${name}${rest}`;
const tell = async (body: object) => expect((await api.call('PATCH', control(), { body })).status).toBe(200);
const seen = async () => (await api.call<HookWithRequests>('GET', control())).body;
const post = (body = '{}', headers: Record<string, string> = {}) =>
  fetch(hookUrl(), { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

it('is not there unless the setting says so', async () => {
  for (const path of ['/dev/receiver', '/dev/receiver/api', '/dev/receiver/api/x', '/dev/receiver/hooks/x'])
    expect((await off.call('GET', path)).status).toBe(404);
  expect((await off.call('POST', '/dev/receiver/hooks/x', { body: {} })).status).toBe(404);
});

it('takes whatever comes, as it came', async () => {
  const body = Buffer.from([0x7b, 0xff, 0x00, 0x3c]);
  const sent = await fetch(hookUrl('/web%20hook?a=<b>'), {
    method: 'PUT',
    body,
    headers: { 'content-type': 'weird/type', 'x-hostile': '<script>alert(1)</script>' },
  });
  expect([sent.status, sent.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(sent.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await post('{"broken')).status).toBe(200);
  expect((await fetch(hookUrl(), { method: 'HEAD' })).status).toBe(200);
  const { requests, counts } = await seen();
  expect(requests.map(({ method, kind, bodyBytes }) => [method, kind, bodyBytes])).toEqual([
    ['PUT', 'verification', 4],
    ['POST', 'delivery', 8],
    ['HEAD', 'verification', 0],
  ]);
  expect(requests[0].url).toBe(`/dev/receiver/hooks/${name}/web%20hook?a=%3Cb%3E`);
  expect(requests[0].headers).toContainEqual(['x-hostile', '<script>alert(1)</script>']);
  expect(counts).toMatchObject({ received: 3, deliveries: 1, accepted: 1, unsigned: 1 });
});

it('answers the handshakes of all profiles', async () => {
  const options = await fetch(hookUrl(), {
    method: 'OPTIONS',
    headers: { 'webhook-request-origin': 'posthorn' },
  });
  expect(options.status).toBe(200);
  expect(options.headers.get('webhook-allowed-origin')).toBe('posthorn');
  expect(options.headers.get('webhook-allowed-rate')).toBe('*');
  const asked = await post('{"type":"posthorn.verification","data":{"challenge":"<b>"}}');
  expect([asked.headers.get('content-type'), await asked.text()]).toEqual([
    'application/json; charset=utf-8',
    '{"challenge":"<b>"}',
  ]);
  await tell({ failing: true });
  const refused = await fetch(hookUrl(), {
    method: 'OPTIONS',
    headers: { 'webhook-request-origin': 'posthorn' },
  });
  expect([refused.status, refused.headers.get('webhook-allowed-origin')]).toEqual([500, null]);
});

it('is told how to answer, and tells everything but the secret', async () => {
  await tell({ secret: 'top-secret-value', failNext: 1, failStatus: 429, retryAfterS: 7, delayMs: 80 });
  const started = performance.now();
  const first = await post('{}', { authorization: 'top-secret-value' });
  expect(performance.now() - started).toBeGreaterThanOrEqual(79);
  expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
  const second = await post('{}', { authorization: 'something else' });
  expect([second.status, second.headers.get('retry-after')]).toEqual([200, null]);
  const { settings, requests } = await seen();
  expect(settings).toEqual({
    ...{ hasSecret: true, rejectInvalid: false, status: 200, delayMs: 80, hang: false, failing: false },
    ...{ failNext: 0, failStatus: 429, retryAfterS: 7 },
  });
  expect(requests.map(({ signature }) => signature.state)).toEqual(['valid', 'invalid']);
  const list = await api.call('GET', '/dev/receiver/api');
  expect(list.text).toContain(`"${name}"`);
  expect(list.text).not.toContain('top-secret-value');
  expect(api.logged.join('')).not.toContain('top-secret-value');
  // PUT begins anew.
  expect((await api.call('PUT', control(), { body: { status: 204 } })).status).toBe(200);
  expect((await seen()).settings).toMatchObject({
    hasSecret: false,
    status: 204,
    failStatus: 500,
    delayMs: 0,
  });
  expect((await post()).status).toBe(204);
});

it('hangs until the sender has had enough', async () => {
  await tell({ hang: true });
  const sent = fetch(hookUrl(), { method: 'POST', body: '{}', signal: AbortSignal.timeout(300) });
  await waitFor(async () => (await seen()).requests[0]?.answer.state === 'waiting');
  await expect(sent).rejects.toThrow();
  await waitFor(async () => (await seen()).requests[0].answer.state === 'gone');
  expect((await seen()).counts).toMatchObject({ deliveries: 1, refused: 1 });
});

it.each([
  ['PUT', '', { status: 99 }, 422],
  ['PATCH', '', { delayMs: 1e9 }, 422],
  ['PATCH', '', { status: null }, 422],
  ['PATCH', '', { unknown: 1 }, 422],
  ['PATCH', '', { secret: '' }, 422],
  ['PUT', '', '{', 400],
  ['GET', '/nothing', undefined, 404],
])('%s %s with %j is refused', async (method, rest, body, status) => {
  const answer = await api.call<{ code: string }>(method, control(rest), { body });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

it('refuses names that are none, more hooks than it keeps, and bodies that are too large', async () => {
  for (const bad of ['Upper', 'a_b', '-a', 'x'.repeat(41), '%3Cb%3E'])
    expect((await api.call('POST', `/dev/receiver/hooks/${bad}`, { body: {} })).status).toBe(404);
  expect((await post('x'.repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
  const names = Array.from({ length: 21 }, (_, i) => `many-${i}`);
  const statuses: number[] = [];
  for (const one of names)
    statuses.push((await api.call('PUT', `/dev/receiver/api/${one}`, { body: {} })).status);
  expect(statuses).toEqual([...Array<number>(20).fill(200), 409]);
  for (const one of names) await api.call('DELETE', `/dev/receiver/api/${one}`);
  expect((await api.call<{ items: unknown[] }>('GET', '/dev/receiver/api')).body.items).toEqual([]);
});

/** fetch sets Host and Origin as it likes. */
function raw(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(api.service.url).port), '127.0.0.1', () => socket.write(head));
    let text = '';
    socket
      .on('data', (chunk) => (text += String(chunk)))
      .on('end', () => resolve(text))
      .on('error', reject);
  });
}

it('is not there for pages of other sites, nor under names of others', async () => {
  const ask = (headers: string) =>
    raw(`DELETE ${control()} HTTP/1.1\r\nconnection: close\r\n${headers}\r\n\r\n`).then((text) =>
      text.slice(9, 12),
    );
  expect(await ask('host: rebound.example')).toBe('403');
  expect(await ask('host: localhost\r\norigin: https://evil.example')).toBe('403');
  expect(await ask('host: localhost\r\nsec-fetch-site: cross-site')).toBe('403');
  expect(await ask('host: localhost\r\norigin: http://localhost')).toBe('204');
});

describe('the live stream', () => {
  type Said = {
    event: string;
    id?: string;
    data: { n?: number; answer?: { state: string }; settings?: object };
  };
  let ends: AbortController;
  beforeEach(() => void (ends = new AbortController()));
  afterEach(() => ends.abort());

  async function listen(lastEventId?: string): Promise<Said[]> {
    const headers = lastEventId ? { 'last-event-id': lastEventId } : undefined;
    const answer = await fetch(api.service.url + control('/stream'), { signal: ends.signal, headers });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const said: Said[] = [];
    void read(answer, said).catch(() => undefined);
    return said;
  }
  async function read({ body }: Response, said: Said[]): Promise<void> {
    let rest = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop()!;
      for (const part of parts) {
        const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s, 2))) as Record<
          string,
          string
        >;
        if (fields['event'])
          said.push({
            event: fields['event'],
            id: fields['id'],
            data: JSON.parse(fields['data']) as Said['data'],
          });
      }
    }
  }
  const numbers = (said: Said[]) => [...new Set(said.flatMap(({ data }) => data.n ?? []))];

  it('tells what came, what comes, what is changed and that it was cleared; and resumes', async () => {
    await post('{"a":"line\\nend"}');
    const said = await listen();
    await waitFor(() => said.some(({ event }) => event === 'hook'));
    expect(said.map(({ event }) => event)).toEqual(['cleared', 'request', 'hook']);
    await post();
    await waitFor(() => numbers(said).length === 2);
    await tell({ failing: true });
    await waitFor(() =>
      said.some(({ data }) => (data.settings as { failing?: boolean } | undefined)?.failing),
    );
    const last = said.findLast(({ id }) => id)!.id;
    await post();
    const resumed = await listen(last);
    await waitFor(() => resumed.some(({ event }) => event === 'hook'));
    expect([numbers(resumed), resumed.some(({ event }) => event === 'cleared')]).toEqual([[3], false]);
    const anew = await listen('of-another-process.7');
    await waitFor(() => anew.some(({ event }) => event === 'hook'));
    expect(numbers(anew)).toEqual([1, 2, 3]);
    const before = said.length;
    expect((await api.call('DELETE', control('/requests'))).status).toBe(204);
    await waitFor(() => said.slice(before).some(({ event }) => event === 'cleared'));
    await waitFor(() => said.at(-1)!.event === 'hook');
    expect(said.at(-1)!.data).toMatchObject({ counts: { received: 0 }, settings: { failing: true } });
  });

  it('says of a name that was never used how it would behave, and goes on from there', async () => {
    const said = await listen();
    await waitFor(() => said.some(({ event }) => event === 'hook'));
    expect(said.at(-1)!.data).toMatchObject({ counts: { received: 0 }, settings: { failing: false } });
    await post();
    await waitFor(() => numbers(said).length === 1);
    await api.call('DELETE', control());
    await waitFor(() => said.at(-1)!.event === 'hook' && said.at(-2)!.event === 'cleared');
  });

  it('is given to twenty', async () => {
    for (let i = 0; i < 20; i++) await listen();
    const one = await fetch(api.service.url + control('/stream'));
    expect([one.status, one.headers.get('content-type')]).toEqual([
      429,
      'application/problem+json; charset=utf-8',
    ]);
  });
});

it('does not keep the service from stopping', async () => {
  const other = await stage.start({ POSTHORN_DEV_RECEIVER: 'on' });
  const at = (path: string) => `${other.service.url}/dev/receiver${path}`;
  await other.call('PUT', '/dev/receiver/api/x', { body: { hang: true } });
  const hanging = fetch(at('/hooks/x'), { method: 'POST', body: '{}' }).catch(() => 'cut off');
  const stream = await fetch(at('/api/x/stream'));
  await waitFor(async () => (await other.call('GET', '/dev/receiver/api/x')).text.includes('"waiting"'));
  const started = performance.now();
  await other.stop();
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(await hanging).toBe('cut off');
  expect(await stream.text()).toContain('event: hook');
});
