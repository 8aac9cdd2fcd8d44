import { readTopic, testKafka } from '@posthorn/testing';
import kafkajs, { type Producer } from 'kafkajs';
import { type EventInput, plainWebhookId, readyEvent } from './event.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { PublishError } from './outcome.js';
import { murmur2Partitioner, partitionFor } from './partition.js';

const broker = testKafka();
const topic = `${broker.prefix}inbox.v1`;
const partitions = 6;
const kafka = new kafkajs.Kafka({ brokers: broker.brokers, logLevel: kafkajs.logLevel.NOTHING });
let producer: Producer;

beforeAll(async () => {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
  await admin.disconnect();
  producer = kafka.producer({ createPartitioner: murmur2Partitioner, allowAutoTopicCreation: false });
  await producer.connect();
}, 30_000);
afterAll(async () => {
  await producer.disconnect();
  await broker.cleanup();
}, 30_000);

const event = (tenantId: string, id: string, more: Partial<EventInput> = {}): EventInput => ({
  tenantId,
  type: 'order.created',
  entity: { name: 'order', id },
  timestamp: '2026-04-15T10:00:01.234Z',
  ...more,
});
const recordsOf = async (tenantId: string) =>
  (await readTopic(broker.brokers, topic)).filter(({ key }) => key?.startsWith(tenantId));

it('keys by tenant: one partition, in order, with many in one request', async () => {
  const publisher = new KafkaPublisher(producer, { topic });
  const events = Array.from({ length: 1_200 }, (_, i) => event('tenant', `o${i}`, { data: { i } }));
  const ids = (await Promise.all(events.map((one) => publisher.publish(one)))).flat();
  expect(ids).toEqual(events.map((one) => plainWebhookId(readyEvent(one))));
  const records = await recordsOf('tenant');
  expect(new Set(records.map(({ partition }) => partition))).toEqual(
    new Set([partitionFor('tenant', partitions)]),
  );
  expect(records.map(({ value }) => JSON.parse(value!) as unknown)).toEqual(events);
});

it('keys by entity where that is enough', async () => {
  const publisher = new KafkaPublisher(producer, { topic, keyBy: 'entity' });
  const trace = { traceparent: '00-a-b-01' };
  await publisher.publish([
    event('shop', 'a', { trace }),
    event('shop', 'b', { entity: undefined, id: 'x' }),
  ]);
  const records = await recordsOf('shop');
  expect(new Set(records.map(({ key }) => key))).toEqual(new Set(['shop/order/a', 'shop']));
  for (const { key, partition } of records) expect(partition).toBe(partitionFor(key!, partitions));
  const traced = records.find(({ key }) => key !== 'shop')!;
  expect(traced.headers.traceparent?.toString()).toBe('00-a-b-01');
});

it('what the broker does not take is given back, and the next can go', async () => {
  const away = kafka.producer({ retry: { retries: 0 }, allowAutoTopicCreation: false });
  await away.connect();
  const publisher = new KafkaPublisher(away, { topic: `${topic}.nowhere`, batchEvents: 1 });
  const failing = publisher.publish([event('lost', 'a'), event('lost', 'b')]);
  const error: unknown = await failing.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(PublishError);
  expect((error as PublishError).outcomes.map(({ status }) => status)).toEqual(['unknown', 'not-sent']);
  await publisher.close();
  await away.disconnect();
});
