import { testKafka, waitFor } from '@posthorn/testing';
import { KafkaConnection, type TopicSpec } from './kafka-connection.js';

const { brokers, prefix, cleanup } = testKafka();
const silent = () => undefined;
const connect = (topicPrefix = prefix) =>
  new KafkaConnection({ brokers, clientId: 'it', topicPrefix }, silent);
const kafka = connect();
const spec = (name: string, more: Partial<TopicSpec> = {}): TopicSpec => ({
  name,
  partitions: 3,
  cleanup: 'delete',
  retentionMs: 60_000,
  ...more,
});

afterAll(async () => {
  await kafka.close();
  await cleanup();
});

it('creates topics as specified, from several services at once, and leaves existing ones as they are', async () => {
  const services = [connect(), connect(), connect()];
  const compacted = spec('table', {
    cleanup: 'compact',
    retentionMs: -1,
    deleteRetentionMs: 123_000,
    maxMessageBytes: 2_000_000,
    config: { 'segment.ms': '600000' },
  });
  // Not the same sets, so that some find only a part of theirs missing.
  await Promise.all([
    services[0]!.ensureTopics([spec('a'), spec('b'), compacted], 1),
    services[1]!.ensureTopics([spec('b'), spec('c')]),
    services[2]!.ensureTopics([compacted, spec('c'), spec('a')]),
  ]);
  await kafka.ensureTopics([spec('a', { partitions: 12 })]);
  expect(await Promise.all(['a', 'b', 'c', 'table'].map((name) => kafka.partitionCount(name)))).toEqual([
    3, 3, 3, 3,
  ]);
  const admin = await kafka.admin();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name: kafka.topicName('table') }],
  });
  const config = Object.fromEntries(resources[0]!.configEntries.map((e) => [e.configName, e.configValue]));
  expect(config).toMatchObject({
    'cleanup.policy': 'compact',
    'retention.ms': '-1',
    'delete.retention.ms': '123000',
    'max.message.bytes': '2000000',
    'segment.ms': '600000',
  });
  await Promise.all(services.map((service) => service.close()));
}, 30_000);

it('tells of topics that were made with larger settings than they are to have, and how to change them', async () => {
  const limits = { 'segment.ms': '600000', 'segment.bytes': '16777216' };
  await kafka.ensureTopics([
    spec('grown', { config: { 'segment.bytes': '8388608' } }),
    spec('as-wanted', { config: limits }),
  ]);
  const told: unknown[][] = [];
  const settings = { brokers, clientId: 'it', topicPrefix: prefix };
  const service = new KafkaConnection(settings, (...entry) => void told.push(entry));
  await service.ensureTopics([
    spec('as-wanted', { config: limits }),
    spec('grown', { config: limits }),
    spec('unsaid'),
  ]);
  const warned = () => told.filter(([level]) => level === 'warn');
  await waitFor(() => warned().length > 0);
  const topic = `${prefix}grown`;
  // Of what is smaller nothing is said: that is the operator's choice.
  const todo = `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config segment.ms=600000`;
  expect(warned().map(([, , more]) => more)).toEqual([{ topic, todo }]);
  await service.close();
}, 30_000);

it('says low and high of every partition', async () => {
  await kafka.ensureTopics([spec('ends')]);
  const producer = kafka.kafka.producer();
  await producer.connect();
  const topic = kafka.topicName('ends');
  await producer.send({ topic, messages: [0, 1, 2, 3].map(() => ({ partition: 1, value: 'v' })) });
  await producer.disconnect();
  const admin = await kafka.admin();
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '3' }] });
  expect([...(await kafka.endOffsets('ends'))].sort(([a], [b]) => a - b)).toEqual([
    [0, { low: 0, high: 0 }],
    [1, { low: 3, high: 4 }],
    [2, { low: 0, high: 0 }],
  ]);
}, 30_000);

it('fails in bounded time for a topic that is not there, and answers a ping', async () => {
  await expect(kafka.partitionCount('nowhere')).rejects.toThrow();
  expect(await kafka.ping(2_000)).toBe(true);
  const nobody = new KafkaConnection(
    { brokers: ['127.0.0.1:1'], clientId: 'it', topicPrefix: prefix },
    silent,
  );
  const startedMs = performance.now();
  expect(await nobody.ping(100)).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  await nobody.close();
}, 30_000);
