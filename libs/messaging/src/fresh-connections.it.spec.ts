import { apiKeys, KafkaProxy, testKafka } from '@posthorn/testing';
import { KafkaConnection } from './kafka-connection.js';
import { LogReader } from './log-reader.js';

const { brokers, prefix, cleanup } = testKafka();
const settings = { brokers, clientId: 'it', topicPrefix: prefix };
const said: string[] = [];
const written = Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(50_000)}`);
let proxy: KafkaProxy;
let kafka: KafkaConnection;
let reader: LogReader;

beforeAll(async () => {
  proxy = await KafkaProxy.start(brokers[0] as string);
  const log = (_level: string, message: string) => void said.push(message);
  kafka = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, log);
  await kafka.ensureTopics([{ name: 'cut', partitions: 1, cleanup: 'delete', retentionMs: 3_600_000 }]);
  const producer = kafka.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (const value of written) {
    await producer.send({ topic: kafka.topicName('cut'), messages: [{ partition: 0, value }] });
  }
  await producer.disconnect();
  reader = new LogReader(kafka, { groupId: 'reader', topics: ['cut'], maxBytesPerPartition: 120_000 });
  await reader.start();
}, 30_000);

afterAll(async () => {
  await reader.stop();
  await kafka.close();
  await proxy.close();
  await cleanup();
});

it('reads on at once after connections that broke in the middle of an answer', async () => {
  const read: (string | undefined)[] = [];
  const startedMs = performance.now();
  let cuts = 0;
  await reader.readRange('cut', 0, 0, written.length, (records) => {
    read.push(...records.map(({ value }) => value?.toString()));
    if (cuts === 3 || read.length <= 10 * cuts) return;
    cuts++;
    proxy.cutResponse(apiKeys.fetch);
  });
  expect(proxy.dropped).toBe(3);
  expect(read).toEqual(written);
  // Sooner than any request could be given up as too slow.
  expect(performance.now() - startedMs).toBeLessThan(8_000);
  expect(said.filter((message) => message.includes('without match'))).toEqual([]);
  // kafkajs repeats it without a word.
  expect(said).toContain('a fetch failed, trying again');
}, 60_000);
