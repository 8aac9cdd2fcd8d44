import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import { partitionFor } from '@posthorn/messaging';
import { waitFor } from '@posthorn/testing';
import { eventText, IngestRig, partitions, timestamp } from './testing/ingest-rig.js';

const vectorsOf = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../libs/testing/vectors/${name}`, import.meta.url), 'utf8')) as T;
const brutlers = vectorsOf<{ cases: { name: string; published: string }[] }>('brutlers.json').cases;

function dataOf(published: string): string {
  const start = published.indexOf('{', published.search(/"data"\s*:/));
  return published.slice(start, published.lastIndexOf('}', published.lastIndexOf('"timestamp"')) + 1);
}

let rig: IngestRig;

beforeAll(async () => {
  rig = await IngestRig.start();
  await rig.tenant('vendor', 'brutlers');
  await rig.tenant('licence', 'brz365');
  await rig.tenant('plain');
  await rig.serve();
}, 60_000);

afterAll(() => rig.stop(), 30_000);

const dataOfId = async (tenantId: string, at: string) =>
  waitFor(async () => (await rig.eventsOf(tenantId)).find(({ event }) => event.timestamp === at), {
    message: `the event of ${at}`,
  });

describe('raw bytes', () => {
  it.each(brutlers.map((vector, i) => ({ ...vector, i })))(
    'of the Brutlers vector "$name"',
    async ({ published, i }) => {
      const { event: type } = JSON.parse(published) as { event: string };
      const at = `2026-04-15T10:00:01.00${i}Z`;
      const data = dataOf(published);
      await rig.inbox([{ key: 'any', value: eventText({ tenantId: 'vendor', type, timestamp: at }, data) }]);
      const { event, key, partition } = await dataOfId('vendor', at);
      expect(event.data.toString()).toBe(data);
      expect(key).toBe('vendor');
      expect(partition).toBe(partitionFor('vendor', partitions));
    },
  );

  it('thin events of BRZ 365', async () => {
    const entity = { name: 'BusinessPartner', id: '9154afa-258d-4fdc-8fa2-4a719675fe83' };
    const thin = {
      tenantId: 'licence',
      type: 'BusinessPartner.create',
      entity,
      timestamp: '2025-11-07T14:32:45Z',
    };
    await rig.inbox([{ value: eventText(thin) }]);
    const { event } = await dataOfId('licence', thin.timestamp);
    expect(event).toMatchObject(thin);
    expect(event.data).toHaveLength(0);
  });
});

it('events that a publisher compresses come as they are from the broker, which knows every codec', async () => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codec = CompressionCodecs[CompressionTypes.GZIP]();
  const compressed = jest.fn((encoder: object) => codec.compress(encoder as never));
  const decompressed = jest.fn((bytes: Buffer) => codec.decompress(bytes));
  CompressionCodecs[CompressionTypes.GZIP] = () =>
    ({ compress: compressed, decompress: decompressed }) as never;
  const at = '2026-04-15T10:00:09.000Z';
  const value = eventText({ tenantId: 'compressing', timestamp: at }, '{"n":1}');
  await rig.tenant('compressing');
  await rig.compressedInbox(value, CompressionTypes.GZIP);
  const { event } = await dataOfId('compressing', at);
  expect(event.data.toString()).toBe('{"n":1}');
  expect([compressed.mock.calls.length, decompressed.mock.calls.length]).toEqual([1, 0]);
  CompressionCodecs[CompressionTypes.GZIP] = () => codec;
});

it('events of one key keep their order', async () => {
  const at = (i: number) => `2026-01-01T00:00:00.${String(i).padStart(3, '0')}Z`;
  await rig.tenant('ordered');
  const messages = [...Array(900).keys()].map((i) => ({
    key: 'ordered',
    value: eventText({ tenantId: 'ordered', timestamp: at(i) }),
  }));
  await rig.inbox(messages);
  const stored = await waitFor(async () => {
    const found = await rig.eventsOf('ordered');
    return found.length >= 900 && found;
  });
  expect(stored.map(({ event }) => event.timestamp)).toEqual(messages.map((_, i) => at(i)));
}, 20_000);

it('CloudEvents structured and binary, with their trace', async () => {
  const attributes = {
    specversion: '1.0',
    source: '/shop',
    type: 'order.created',
    tenantid: 'plain',
    time: timestamp,
  };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const text = (fields: object) =>
    `${JSON.stringify({ ...attributes, ...fields }).slice(0, -1)},"data": {"n":1.0} }`;
  const binary = (fields: object) =>
    Object.fromEntries(
      Object.entries({ ...attributes, ...fields }).map(([name, value]) => [`ce_${name}`, value]),
    );
  await rig.inbox([
    {
      value: text({ id: 'structured', subject: 'order/ä' }),
      headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8', traceparent },
    },
    {
      value: '{"n":1.0}',
      headers: {
        ...binary({ id: 'binary', subject: 'order/ä' }),
        'content-type': 'application/json',
        traceparent,
      },
    },
    { value: null, headers: { ...binary({ id: 'thin' }), traceparent: 'nonsense' } },
  ]);
  const stored = await waitFor(async () => {
    const found = await rig.eventsOf('plain');
    return found.length >= 3 && found;
  });
  const full = stored.filter(({ event }) => event.data.length > 0);
  expect(full).toHaveLength(2);
  for (const { event, headers } of full) {
    expect(event).toMatchObject({
      entity: { name: 'order', id: 'ä' },
      source: '/shop',
      timestamp,
      tenantId: 'plain',
    });
    expect(event.data.toString()).toBe('{"n":1.0}');
    expect(headers.traceparent?.toString()).toBe(traceparent);
  }
  const thin = stored.find(({ event }) => event.data.length === 0)!;
  expect(thin.event.entity).toBeNull();
  expect(thin.headers).toEqual({});
});

it('what cannot become an event is rejected with its place and reason, and blocks nothing', async () => {
  const broken = Buffer.from([0x7b, 0x0a, 0xff, 0x7d]);
  const large = eventText({ tenantId: 'plain' }, JSON.stringify('x'.repeat(256 * 1024)));
  const bad: [string, Buffer | string | null, Record<string, string>, string, RegExp][] = [
    ['k0', null, {}, 'invalid-event', /no value/],
    ['k1', '', {}, 'invalid-event', /no value/],
    ['k2', 'hello', {}, 'invalid-event', /not JSON/],
    ['k3', broken, {}, 'invalid-event', /not JSON in UTF-8/],
    ['k4', `[${eventText({ tenantId: 'plain' })}]`, {}, 'invalid-event', /^The event: must be an object$/],
    [
      'k5',
      eventText({ tenantId: 'plain', type: undefined }),
      { origin: 'ü' },
      'invalid-event',
      /type: is required/,
    ],
    ['k6', eventText({ tenantId: 'nobody' }), {}, 'unknown-tenant', /^\/tenantId: is unknown$/],
    ['k7', eventText({ tenantId: 'vendor', type: 'x.y' }), {}, 'invalid-event', /unknown event type "x\.y"/],
    ['k8', large, {}, 'too-large', /larger than 256 KiB/],
    ['k9', '['.repeat(100_000) + ']'.repeat(100_000), {}, 'invalid-event', /nested too deep/],
    ['k10', '{}', { ce_specversion: '1.0', ce_id: 'x' }, 'invalid-event', /ce_tenantid: is required/],
    ['k11', '{}', { 'content-type': 'application/cloudevents-batch+json' }, 'invalid-event', /one event/],
    ['k12', '{}', { 'content-type': 'application/cloudevents+avro' }, 'invalid-event', /only JSON/],
  ];
  await rig.tenant('behind');
  const partition = 2;
  const messages = bad.flatMap(([key, value, headers]) => [
    { key, value, headers, partition },
    { value: eventText({ tenantId: 'behind', id: key }), partition },
  ]);
  const [{ offset: first }] = await rig.inbox(messages);

  const behind = await waitFor(async () => {
    const found = await rig.eventsOf('behind');
    return found.length >= bad.length && found;
  });
  expect(behind).toHaveLength(bad.length);
  const rejected = await waitFor(async () => {
    const found = await rig.rejected();
    return found.length >= bad.length && found;
  });
  expect(rejected).toHaveLength(bad.length);
  for (const [i, [key, value, headers, code, reason]] of bad.entries()) {
    const found = rejected.find(({ message }) => message.key === key)!.message;
    const original = Buffer.from(value ?? '');
    expect(found).toMatchObject({
      service: 'event-ingest',
      topic: `${rig.broker.prefix}inbox.v1`,
      partition,
      offset: first + 2 * i,
      code,
      reason: expect.stringMatching(reason) as string,
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
    });
    expect(found.original.equals(original.subarray(0, 256 * 1024))).toBe(true);
    expect(found.truncated ?? false).toBe(original.length > 256 * 1024);
  }
}, 20_000);

it('a tenant that was created a moment before its first event is known', async () => {
  for (const i of [...Array(10).keys()]) {
    await rig.tenant(`young-${i}`);
    await rig.inbox([{ value: eventText({ tenantId: `young-${i}` }) }]);
  }
  await waitFor(
    async () => (await rig.events()).filter(({ event }) => event.tenantId.startsWith('young-')).length === 10,
  );
  expect((await rig.rejected()).filter(({ message }) => message.original.includes('young-'))).toEqual([]);
});

it('commits what is done, up to the end', async () => {
  const ends = await rig.kafka.endOffsets('inbox.v1');
  await waitFor(async () => {
    const committed = await rig.committed();
    return [...ends].every(([partition, { high }]) => high === 0 || committed.get(partition) === high);
  });
});
