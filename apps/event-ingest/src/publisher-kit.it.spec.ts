import {
  type EventInput,
  HttpPublisher,
  KafkaPublisher,
  type KafkaPublisherOptions,
  murmur2Partitioner,
  PublishError,
} from '@posthorn/publisher';
import { waitFor } from '@posthorn/testing';
import kafkajs, { type Producer } from 'kafkajs';
import { IngestRig } from './testing/ingest-rig.js';

let rig: IngestRig;
let url: string;
let producer: Producer;

beforeAll(async () => {
  rig = await IngestRig.start();
  ({ url } = await rig.serve());
  const kafka = new kafkajs.Kafka({ brokers: rig.broker.brokers, logLevel: kafkajs.logLevel.NOTHING });
  producer = kafka.producer({ createPartitioner: murmur2Partitioner, allowAutoTopicCreation: false });
  await producer.connect();
}, 60_000);
afterAll(async () => {
  await producer.disconnect();
  await rig.stop();
}, 30_000);

const event = (tenantId: string, id: string, more: Partial<EventInput> = {}): EventInput => ({
  tenantId,
  type: 'order.created',
  entity: { name: 'order', id },
  timestamp: '2026-04-15T10:00:01.234Z',
  data: { id, total: 1.5 },
  ...more,
});
const eventsOf = (tenantId: string, n: number) =>
  waitFor(async () => {
    const found = await rig.eventsOf(tenantId);
    return (
      found.length >= n && found.map(({ event: { id, entity, data } }) => [id, entity?.id, data.toString()])
    );
  });
const expected = (ids: readonly string[]) => ids.map((id, i) => [id, `o${i}`, `{"id":"o${i}","total":1.5}`]);
const many = (tenantId: string, n: number) => Array.from({ length: n }, (_, i) => event(tenantId, `o${i}`));

it.each<NonNullable<KafkaPublisherOptions['format']>>([
  'posthorn',
  'cloudevents-structured',
  'cloudevents-binary',
])('over Kafka (%s): accepted in order under the ids it said', async (format) => {
  const tenantId = await rig.tenant(`kafka-${format}`);
  const topic = `${rig.broker.prefix}inbox.v1`;
  const publisher = new KafkaPublisher(producer, { topic, format, source: '/shop' });
  const ids = await publisher.publish(many(tenantId, 700));
  expect(await eventsOf(tenantId, 700)).toEqual(expected(ids));
});

it.each(['posthorn', 'cloudevents'] as const)(
  'over HTTP (%s): accepted in order, 1,000 at a time, a repeat under the same id',
  async (format) => {
    const tenantId = await rig.tenant(`http-${format}`);
    const { text: apiKey } = await rig.key(tenantId);
    const publisher = new HttpPublisher({ url, apiKey, format, source: '/shop' });
    const ids = await publisher.publish(many(tenantId, 1_500));
    expect(await eventsOf(tenantId, 1_500)).toEqual(expected(ids));
    expect(await publisher.publish(event(tenantId, 'o7'))).toEqual([ids[7]]);
  },
);

it('over HTTP: what the tenant’s profile refuses, and what is not the key’s, is named; the rest is taken', async () => {
  const tenantId = await rig.tenant('vendor', 'brutlers');
  await rig.tenant('other');
  const { text: apiKey } = await rig.key(tenantId);
  const publisher = new HttpPublisher({ url, apiKey });
  const publishing = publisher.publish([
    event(tenantId, 'o0'),
    event(tenantId, 'x', { type: 'order.eaten' }),
    event('other', 'x'),
    event(tenantId, 'o1'),
  ]);
  const error: unknown = await publishing.catch((caught: unknown) => caught);
  const { outcomes } = error as PublishError;
  expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'refused', 'refused', 'accepted']);
  expect(outcomes[1]).toMatchObject({ faults: [{ pointer: '/type' }] });
  expect(outcomes[2]).toMatchObject({ faults: [{ pointer: '/tenantId', detail: 'is unknown' }] });
  expect(await eventsOf(tenantId, 2)).toEqual(expected([outcomes[0].id, outcomes[3].id]));
});

it('over HTTP: a key that is not valid', async () => {
  const publishing = new HttpPublisher({ url, apiKey: 'ph_nobody' }).publish(event('vendor', 'o1'));
  const error: unknown = await publishing.catch((caught: unknown) => caught);
  expect((error as PublishError).outcomes).toMatchObject([{ status: 'not-sent', cause: { status: 401 } }]);
});
