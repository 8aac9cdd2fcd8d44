import { type Answer, eventText, IngestRig, post, timestamp } from './testing/ingest-rig.js';

let rig: IngestRig;
let url: string;
let operator: string;
let plainKey: string;

beforeAll(async () => {
  rig = await IngestRig.start();
  await rig.tenant('vendor', 'brutlers');
  await rig.tenant('licence', 'brz365');
  await rig.tenant('plain');
  operator = (await rig.key(null)).text;
  plainKey = (await rig.key('plain')).text;
  ({ url } = await rig.serve());
}, 60_000);

afterAll(() => rig.stop(), 30_000);

/** Nothing that was refused may have been written, not even a part of it. */
afterEach(async () => expect(await rig.events()).toEqual([]));

type FieldError = { index?: number; pointer?: string; detail: string };
const errorsOf = ({ body }: Answer) => (body.errors ?? []) as FieldError[];
const good = eventText({ tenantId: 'plain' });

function expectProblem(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, instance: '/v1/events' });
}

describe('keys', () => {
  it.each<[string, () => Promise<string | undefined>, number]>([
    ['no key', async () => undefined, 401],
    ['a key nobody knows', async () => 'ph_unknown', 401],
    ['a key that is far too long', async () => 'x'.repeat(4_000), 401],
    ['an expired key', async () => (await rig.key('plain', { expiresAt: Date.now() - 1 })).text, 401],
    ['a revoked key', async () => (await rig.key('plain', { revokedAt: 1 })).text, 401],
    [
      'a key that may only read and manage',
      async () => (await rig.key('plain', { scopes: ['read', 'manage'] })).text,
      403,
    ],
    ['a key of another tenant', async () => (await rig.key('vendor')).text, 404],
  ])('%s', async (_what, key, status) => {
    expectProblem(await post(url, await key(), good), status);
  });

  it('are asked for before the body is read', async () => {
    expectProblem(await post(url, 'ph_unknown', 'x'.repeat(1_000_000)), 401);
    expectProblem(await post(url, undefined, '{', { 'content-type': 'text/plain' }), 401);
  });

  it('many bad ones at once are all refused, at a bounded rate of questions to Kafka', async () => {
    const admin = await rig.kafka.admin();
    expect(admin).toBeDefined();
    const startMs = performance.now();
    const answers = await Promise.all([...Array(200).keys()].map((i) => post(url, `ph_bad${i}`, good)));
    expect(answers.every(({ status }) => status === 401)).toBe(true);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

describe('rates', () => {
  it.each(['POSTHORN_INGEST_RATE_PER_ADDRESS', 'POSTHORN_INGEST_RATE_PER_KEY'])(
    'above %s are answered 429 before the body is read, and nothing is written',
    async (setting) => {
      const { url: limited } = await rig.serve({ env: { [setting]: '1' } });
      const statuses: number[] = [];
      for (let i = 0; i < 11; i++) statuses.push((await post(limited, plainKey, '{}')).status);
      expect(statuses).toEqual([...Array<number>(10).fill(422), 429]);
      const refused = await post(limited, plainKey, '{');
      expectProblem(refused, 429);
      expect(refused.body.code).toBe('too-many-requests');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    },
  );
});

describe('tenants', () => {
  it.each(['unknown', '__proto__', 'Plain'])('%j is unknown', async (tenantId) => {
    const answer = await post(url, operator, eventText({ tenantId }));
    expectProblem(answer, 404);
    expect(answer.body.detail).toBe('/tenantId: is unknown');
    expect(errorsOf(answer)).toEqual([{ pointer: '/tenantId', detail: 'is unknown' }]);
  });

  it('a foreign one in a batch refuses all of it', async () => {
    const answer = await post(url, plainKey, `[${good},${eventText({ tenantId: 'vendor' })},${good}]`);
    expectProblem(answer, 404);
    expect(errorsOf(answer)).toEqual([{ index: 1, pointer: '/1/tenantId', detail: 'is unknown' }]);
  });
});

describe('bodies', () => {
  const big = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  it.each<[string, number, string | Uint8Array, Record<string, string>]>([
    ['half of an object', 400, good.slice(0, -1), {}],
    ['a word', 400, 'hello', {}],
    ['nothing', 400, '', {}],
    [
      'broken UTF-8 within data',
      400,
      Buffer.concat([Buffer.from(`${good.slice(0, -1)},"data":"`), Buffer.from([0xff]), Buffer.from('"}')]),
      {},
    ],
    ['a byte order mark', 400, `\ufeff${good}`, {}],
    ['a number', 422, '17', {}],
    ['null', 422, 'null', {}],
    ['an empty array', 422, '[]', {}],
    ['an array of arrays', 422, `[[${good}]]`, {}],
    ['text', 415, good, { 'content-type': 'text/plain' }],
    ['a form', 415, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another JSON', 415, good, { 'content-type': 'application/vnd.api+json' }],
    ['1,001 events', 413, `[${Array(1_001).fill(good).join(',')}]`, {}],
    ['an event of more than 256 KiB', 413, eventText({ tenantId: 'plain' }, big(256 * 1024)), {}],
    [
      'a body of more than 5 MiB',
      413,
      `[${Array(25)
        .fill(eventText({ tenantId: 'plain' }, big(220_000)))
        .join(',')}]`,
      {},
    ],
    ['very deep data', 422, eventText({ tenantId: 'plain' }, nested(100_000)), {}],
    ['a very deep unknown field', 422, `{"x":${nested(100_000)}}`, {}],
    ['nothing but depth', 422, nested(100_000), {}],
  ])('%s: %i', async (_what, status, body, headers) => {
    expectProblem(await post(url, operator, body, headers), status);
  });
});

it('a body over the limit of this route is answered so that its writer can read it, every time', async () => {
  for (let i = 0; i < 20; i++)
    expectProblem(await post(url, operator, Buffer.alloc(5.3 * 1024 * 1024, 'x'), {}), 413);
});

describe('fields', () => {
  it.each<[Record<string, unknown>, string, RegExp]>([
    [{ tenantId: undefined }, '/tenantId', /required/],
    [{ tenantId: 'plain', type: 'a b' }, '/type', /dotted/],
    [{ tenantId: 'plain', type: 'posthorn.delivery.failed' }, '/type', /must not begin with posthorn\./],
    [{ tenantId: 'plain', timestamp: '2026-04-15' }, '/timestamp', /RFC 3339/],
    [{ tenantId: 'plain', entity: undefined }, '/entity', /required/],
    [{ tenantId: 'plain', entity: { name: 'x' } }, '/entity/id', /required/],
    [{ tenantId: 'plain', tenant: 'x' }, '/tenant', /not a known field/],
    [{ tenantId: 'plain', id: '' }, '/id', /1 to 200/],
    [{ tenantId: 'plain', id: 'a\ud800' }, '/id', /surrogate/],
    [{ tenantId: 'vendor', type: 'order.deleted' }, '/type', /unknown event type "order.deleted"/],
    [
      { tenantId: 'licence', type: 'Invoice.created', entity: { name: 'Invoice', id: '1' } },
      '/type',
      /EntityName/,
    ],
    [{ tenantId: 'licence', type: 'Invoice.create' }, '/type', /does not fit entity "order"/],
    [{ tenantId: 'licence', type: 'Invoice.create', entity: undefined, id: 'x' }, '/entity', /required/],
  ])('%j: %s', async (given, pointer, detail) => {
    const answer = await post(url, operator, eventText(given));
    expectProblem(answer, 422);
    expect(errorsOf(answer)).toEqual([{ pointer, detail: expect.stringMatching(detail) as string }]);
    expect(answer.body.detail).toMatch(detail);
  });

  it('__proto__ is refused by name', async () => {
    const body = `{"__proto__":{"tenantId":"plain"},${good.slice(1)}`;
    const answer = await post(url, operator, body);
    expectProblem(answer, 422);
    expect(errorsOf(answer)).toEqual([{ pointer: '/__proto__', detail: 'is not a known field' }]);
  });
});

describe('a batch', () => {
  it('with bad members is refused whole, every one named', async () => {
    const members = [
      good,
      eventText({ tenantId: 'plain', type: '' }),
      eventText({ tenantId: 'unknown' }),
      good,
      '17',
      eventText({ tenantId: 'vendor', type: 'no.such' }),
    ];
    const answer = await post(url, operator, `[${members.join(',')}]`);
    expectProblem(answer, 422);
    expect(answer.body.detail).toMatch(/4 of 6 events cannot be taken \(index 1-2, 4-5\)/);
    expect(errorsOf(answer).map(({ index, pointer }) => [index, pointer])).toEqual([
      [1, '/1/type'],
      [2, '/2/tenantId'],
      [4, '/4'],
      [5, '/5/type'],
    ]);
  });

  it('of a thousand bad members names every index', async () => {
    const members = [...Array(1_000).keys()].map((i) => (i % 2 === 0 ? good : '{}'));
    const { body } = await post(url, operator, `[${members.join(',')}]`);
    const odd = [...Array(500).keys()].map((i) => 2 * i + 1);
    expect(body.detail).toContain(`(index ${odd.join(', ')})`);
  });

  it('with one event too large is too large', async () => {
    const large = eventText({ tenantId: 'plain' }, JSON.stringify('x'.repeat(256 * 1024)));
    const answer = await post(url, operator, `[${good},${large}]`);
    expectProblem(answer, 413);
    expect(errorsOf(answer)).toEqual([{ index: 1, pointer: '/1', detail: 'is larger than 256 KiB' }]);
  });
});

it('other methods and places are not there', async () => {
  const get = await fetch(`${url}/v1/events`, { headers: { 'x-api-key': operator } });
  expect([404, 405]).toContain(get.status);
  expect((await fetch(`${url}/v1/event`, { method: 'POST' })).status).toBe(404);
  expect(timestamp).toBeDefined();
});
