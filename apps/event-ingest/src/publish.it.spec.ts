import { readFileSync } from 'node:fs';
import { decodeKeyUse } from '@posthorn/contracts';
import { partitionFor } from '@posthorn/messaging';
import { readTopic, waitFor } from '@posthorn/testing';
import { type Answer, eventText, IngestRig, partitions, post, timestamp } from './testing/ingest-rig.js';

const vectorsOf = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../libs/testing/vectors/${name}`, import.meta.url), 'utf8')) as T;
const brutlers = vectorsOf<{ cases: { name: string; published: string }[] }>('brutlers.json').cases;

/** The bytes of `data` in a vector's `published`. */
function dataOf(published: string): string {
  const start = published.indexOf('{', published.search(/"data"\s*:/));
  return published.slice(start, published.lastIndexOf('}', published.lastIndexOf('"timestamp"')) + 1);
}

let rig: IngestRig;
let url: string;
let operator: string;

beforeAll(async () => {
  rig = await IngestRig.start();
  await rig.tenant('vendor', 'brutlers');
  await rig.tenant('licence', 'brz365');
  await rig.tenant('plain');
  operator = (await rig.key(null)).text;
  ({ url } = await rig.serve());
}, 60_000);

afterAll(() => rig.stop(), 30_000);

const acceptedOf = ({ body }: Answer) => (body.accepted as { id: string }[]).map(({ id }) => id);

async function storedOf(answer: Answer) {
  const ids = acceptedOf(answer);
  const stored = await rig.events();
  return ids.map((id) => stored.find(({ event }) => event.id === id)!);
}

describe('raw bytes', () => {
  it.each(brutlers)('of the Brutlers vector "$name" arrive as they were published', async ({ published }) => {
    const { event: type, timestamp: at } = JSON.parse(published) as { event: string; timestamp: string };
    const data = dataOf(published);
    const answer = await post(url, operator, eventText({ tenantId: 'vendor', type, timestamp: at }, data));
    expect(answer.status).toBe(202);
    const [{ event, key, partition }] = await storedOf(answer);
    expect(event.data.toString()).toBe(data);
    expect(event).toMatchObject({ kind: 'event', tenantId: 'vendor', type, timestamp: at });
    expect(key).toBe('vendor');
    expect(partition).toBe(partitionFor('vendor', partitions));
  });

  it('thin events of BRZ 365 have none, and keep their timestamp as written', async () => {
    const entity = { name: 'BusinessPartner', id: '9154afa-258d-4fdc-8fa2-4a719675fe83' };
    const thin = {
      tenantId: 'licence',
      type: 'BusinessPartner.create',
      entity,
      timestamp: '2025-11-07T14:32:45Z',
    };
    const answer = await post(url, operator, eventText(thin));
    expect(answer.status).toBe(202);
    const [{ event }] = await storedOf(answer);
    expect(event).toEqual({
      kind: 'event',
      id: acceptedOf(answer)[0],
      ...thin,
      acceptedAt: expect.any(Number) as number,
      data: Buffer.alloc(0),
    });
    expect(Math.abs(event.acceptedAt - Date.now())).toBeLessThan(60_000);
  });

  it('survive hostile spellings of the event around them', async () => {
    const body = ` {"\\u0074enantId":"plain","data":1,"type":"a.b" , "id":"spelling",
      "timestamp":"${timestamp}","d\\u0061ta" :\t{ "data" : [ "}" , 1.0 ] } \n} `;
    const [{ event }] = await storedOf(await post(url, operator, body));
    expect(event.data.toString()).toBe('{ "data" : [ "}" , 1.0 ] }');
    expect(event.entity).toBeNull();
  });
});

it('answers carry no headers for browsers, and the other routes do', async () => {
  const headers = { 'content-type': 'application/json', 'x-api-key': operator };
  const body = eventText({ tenantId: 'plain', type: 'a.b', id: 'headers' });
  const { headers: published } = await fetch(`${url}/v1/events`, { method: 'POST', headers, body });
  const { headers: other } = await fetch(`${url}/health/live`);
  const browsers = 'content-security-policy';
  expect([published.has(browsers), published.get('x-content-type-options')]).toEqual([false, 'nosniff']);
  expect([other.has(browsers), other.get('x-content-type-options')]).toEqual([true, 'nosniff']);
  const { headers: refused } = await fetch(`${url}/v1/events`, { method: 'POST', body });
  expect(refused.get('x-content-type-options')).toBe('nosniff');
});

it('the same event again gets the same id, an event that differs another one', async () => {
  const ids = async (...args: Parameters<typeof eventText>) =>
    acceptedOf(await post(url, operator, eventText(...args)))[0];
  const first = await ids({ tenantId: 'plain' }, '{"a":1}');
  expect(first).toMatch(/^evt_[a-z2-7]{26}$/);
  expect(await ids({ tenantId: 'plain' }, '{"a":1}')).toBe(first);
  expect(await ids({ tenantId: 'plain' }, '{"a": 1}')).not.toBe(first);
  expect(await ids({ tenantId: 'plain', id: 'mine' }, '{"a":1}')).not.toBe(first);
});

it('under an Idempotency-Key the same request gets the same answer, another one is refused until it failed', async () => {
  const ask = (given: object, name = 'once') =>
    post(url, operator, eventText({ tenantId: 'plain', ...given }), { 'idempotency-key': name });
  const [first, again] = [await ask({ id: 'idem-1' }), await ask({ id: 'idem-1' })];
  expect([again.status, again.body]).toEqual([202, first.body]);
  const other = await ask({ id: 'idem-2' });
  expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
  expect((await rig.events()).some(({ event }) => event.id === 'idem-2')).toBe(false);
  expect((await ask({ id: 'idem-2', timestamp: 'never' }, 'mended')).status).toBe(422);
  expect((await ask({ id: 'idem-2' }, 'mended')).status).toBe(202);
});

it('a batch of 1,000 for several tenants is accepted in order', async () => {
  const tenants = ['plain', 'vendor'];
  const members = [...Array(1_000).keys()].map((i) =>
    eventText({ tenantId: tenants[i % 2], entity: { name: 'order', id: `batch-${i}` } }, `{"i":${i}.0}`),
  );
  const answer = await post(url, operator, `[${members.join(' ,\n')}]`);
  expect(answer.status).toBe(202);
  expect(new Set(acceptedOf(answer)).size).toBe(1_000);
  const stored = await storedOf(answer);
  expect(stored.map(({ event }) => event.data.toString())).toEqual(members.map((_, i) => `{"i":${i}.0}`));
  const seqs = stored.filter(({ event }) => event.tenantId === 'plain').map(({ offset }) => offset);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
}, 20_000);

describe('trace context', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it.each<[Record<string, string>, Record<string, string>]>([
    [
      { traceparent, tracestate: 'a=1' },
      { traceparent, tracestate: 'a=1' },
    ],
    [{ traceparent }, { traceparent }],
    [{ traceparent: 'nonsense', tracestate: 'a=1' }, {}],
    [{ tracestate: 'a=1' }, {}],
  ])('%j goes on as %j', async (headers, expected) => {
    const answer = await post(
      url,
      operator,
      eventText({ tenantId: 'plain', id: JSON.stringify(headers) }),
      headers,
    );
    const [stored] = await storedOf(answer);
    const texts = Object.entries(stored.headers).map(([name, value]) => [name, value!.toString()]);
    expect(Object.fromEntries(texts)).toEqual(expected);
  });
});

describe('CloudEvents', () => {
  const attributes = {
    specversion: '1.0',
    id: 'ce-1',
    source: '/shop',
    type: 'order.created',
    tenantid: 'plain',
    subject: 'order/o/1',
    time: timestamp,
  };
  const expected = {
    tenantId: 'plain',
    type: 'order.created',
    entity: { name: 'order', id: 'o/1' },
    timestamp,
    source: '/shop',
  };
  const structured = (change: object, data?: string) => {
    const head = JSON.stringify({ ...attributes, ...change });
    return data === undefined ? head : `${head.slice(0, -1)},"data": ${data} }`;
  };
  const binary = (change: object = {}) =>
    Object.fromEntries(
      Object.entries({ ...attributes, ...change }).map(([name, value]) => [`ce-${name}`, value]),
    );

  it('structured, batched and binary are one event with one id', async () => {
    const data = '{"n":1.0,"u":"\\u00fc"}';
    const answers = [
      await post(url, operator, structured({}, data), {
        'content-type': 'application/cloudevents+json; charset=utf-8',
      }),
      await post(url, operator, `[${structured({}, data)}]`, {
        'content-type': 'application/cloudevents-batch+json',
      }),
      await post(url, operator, data, binary()),
      await post(url, operator, structured({ data_base64: Buffer.from(data).toString('base64') }), {
        'content-type': 'application/cloudevents+json',
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(new Set(answers.flatMap(acceptedOf)).size).toBe(1);
    const ours = (await rig.events()).filter(({ event }) => event.id === acceptedOf(answers[0])[0]);
    expect(ours).toHaveLength(4);
    for (const { event } of ours) {
      expect(event).toMatchObject(expected);
      expect(event.data.toString()).toBe(data);
    }
  });

  it('binary headers are percent-decoded', async () => {
    const answer = await post(
      url,
      operator,
      '{}',
      binary({ id: 'Euro%20%E2%82%AC', subject: 'order/%C3%A4%2Fb' }),
    );
    const [{ event }] = await storedOf(answer);
    expect(event.entity).toEqual({ name: 'order', id: 'ä/b' });
    const same = { 'content-type': 'application/cloudevents+json' };
    expect(acceptedOf(await post(url, operator, structured({ id: 'Euro €' }), same))).toEqual(
      acceptedOf(answer),
    );
  });

  it('binary without a body is a thin event', async () => {
    const headers = { 'x-api-key': operator, ...binary({ id: 'thin' }) };
    const response = await fetch(`${url}/v1/events`, { method: 'POST', headers });
    expect(response.status).toBe(202);
    const [{ id }] = ((await response.json()) as { accepted: { id: string }[] }).accepted;
    expect((await rig.events()).find(({ event }) => event.id === id)!.event.data).toHaveLength(0);
  });

  it.each<[string, number, string, Record<string, string>, RegExp]>([
    [
      'an image',
      422,
      structured({ datacontenttype: 'image/png', data_base64: 'AAAA' }),
      { 'content-type': 'application/cloudevents+json' },
      /must be JSON/,
    ],
    [
      'another spec',
      422,
      structured({ specversion: '0.3' }),
      { 'content-type': 'application/cloudevents+json' },
      /specversion/,
    ],
    [
      'an array in structured mode',
      422,
      `[${structured({})}]`,
      { 'content-type': 'application/cloudevents+json' },
      /must be an object/,
    ],
    [
      'an object in batch mode',
      422,
      structured({}),
      { 'content-type': 'application/cloudevents-batch+json' },
      /array/,
    ],
    ['another format', 415, 'x', { 'content-type': 'application/cloudevents+avro' }, /./],
    [
      'a header that is not ASCII',
      422,
      '{}',
      binary({ subject: 'order/%zz' }),
      /ce-subject: must be percent-encoded/,
    ],
    ['a missing header', 422, '{}', { ...binary(), 'ce-time': '' }, /ce-time/],
  ])('%s is answered %i', async (_what, status, body, headers, detail) => {
    const answer = await post(url, operator, body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(detail);
  });
});

it('a tenant and a key that were created a moment ago work at once', async () => {
  const tenantId = await rig.tenant('just-now');
  const { text } = await rig.key(tenantId);
  expect((await post(url, text, eventText({ tenantId }))).status).toBe(202);
  await rig.tenant('later-still');
  expect((await post(url, operator, eventText({ tenantId: 'later-still' }))).status).toBe(202);
});

it('a revoked key stops working, and is not helped by its first record coming again', async () => {
  const { text, entry } = await rig.key('plain');
  const publish = () => post(url, text, eventText({ tenantId: 'plain', id: 'revoked' }));
  expect((await publish()).status).toBe(202);
  await rig.tell({ ...entry, revokedAt: Date.now(), version: entry.version + 1 });
  const refused = await waitFor(async () => {
    const answer = await publish();
    return answer.status === 401 && answer;
  });
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
  await rig.tell(entry);
  await rig.tenant('fence');
  expect((await post(url, operator, eventText({ tenantId: 'fence' }))).status).toBe(202);
  expect((await publish()).status).toBe(401);
});

it('tells once a minute that a key was used', async () => {
  const { text, entry } = await rig.key('plain');
  for (let i = 0; i < 3; i++)
    expect((await post(url, text, eventText({ tenantId: 'plain', id: `use-${i}` }))).status).toBe(202);
  const { brokers, prefix } = rig.broker;
  const uses = await waitFor(async () => {
    const records = await readTopic(brokers, `${prefix}key-uses.v1`);
    const mine = records.filter(({ key }) => key === entry.id);
    return mine.length > 0 && mine.map(({ value }) => decodeKeyUse(Buffer.from(value ?? '')));
  });
  expect(uses).toEqual([{ keyId: entry.id, at: expect.any(Number) as number }]);
  expect(Math.abs(uses[0].at - Date.now())).toBeLessThan(60_000);
});
