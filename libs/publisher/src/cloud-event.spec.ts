import { batchJson, binaryRecord, cloudEvent, structuredJson } from './cloud-event.js';
import { EventError, plainWebhookId, readyEvent } from './event.js';
import { webhookIdOf } from './ids.js';

const source = '/shop/orders';
const event = readyEvent({
  tenantId: 'vendor-17',
  type: 'order.created',
  entity: { name: 'order', id: 'a/ä' },
  timestamp: '2026-04-15T10:00:01.234Z',
  id: 'A-17',
  data: { total: 1.5 },
});
const attributes = {
  specversion: '1.0',
  id: 'A-17',
  source,
  type: 'order.created',
  subject: 'order/a/ä',
  time: '2026-04-15T10:00:01.234Z',
  tenantid: 'vendor-17',
  datacontenttype: 'application/json',
};

it('structured: one JSON text', () => {
  const cloud = cloudEvent(event, { source });
  expect(JSON.parse(structuredJson(cloud))).toEqual({ ...attributes, data: { total: 1.5 } });
  expect(cloud.webhookId).toBe(webhookIdOf({ tenantId: 'vendor-17', source, ownId: 'A-17' }));
});

it('batched: an array of them', () => {
  const cloud = cloudEvent(event, { source });
  expect(JSON.parse(batchJson([cloud, cloud]))).toEqual(
    Array(2).fill({ ...attributes, data: { total: 1.5 } }),
  );
  expect(batchJson([])).toBe('[]');
});

it('binary: attributes as Kafka headers, the value is the data', () => {
  const { datacontenttype, ...rest } = attributes;
  const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [`ce_${name}`, value]));
  const cloud = cloudEvent(event, { source });
  expect(binaryRecord(cloud)).toEqual({
    headers: { ...headers, 'content-type': datacontenttype },
    value: '{"total":1.5}',
  });
  const { value, headers: thin } = binaryRecord(cloudEvent({ ...event, data: undefined }, { source }));
  expect([value, thin['content-type']]).toEqual([null, undefined]);
});

it('without an id of its own: one of entity, type, timestamp and data, the same each time', () => {
  const own = { ...event, ownId: undefined };
  const cloud = cloudEvent(own, { source });
  expect(cloud.attributes.id).toBe(plainWebhookId(own));
  expect(cloudEvent(own, { source })).toEqual(cloud);
  expect(cloudEvent({ ...own, data: '1' }, { source }).attributes.id).not.toBe(cloud.attributes.id);
});

it('without an entity: no subject', () => {
  expect(cloudEvent({ ...event, entity: null }, { source }).attributes).not.toHaveProperty('subject');
});

it.each([
  ['a slash in the entity’s name', { ...event, entity: { name: 'a/b', id: 'c' } }, source, '/entity/name'],
  ['no source', event, '', '/source'],
  ['a source with a line break', event, '/a\n', '/source'],
  ['attributes that make it too large', { ...event, data: `"${'x'.repeat(256 * 1024 - 200)}"` }, source, ''],
])('%s is refused', (_name, given, from, pointer) => {
  let error: unknown;
  try {
    cloudEvent(given, { source: from });
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(EventError);
  expect((error as EventError).faults.map((fault) => fault.pointer)).toEqual([pointer]);
});
