import { testKafka, waitFor } from '@posthorn/testing';
import { KafkaConnection, type TopicSpec } from './kafka-connection.js';
import { LogReader, type Following } from './log-reader.js';

const topic = 'shortened';
const spec: TopicSpec = { name: topic, partitions: 1, cleanup: 'delete', retentionMs: -1 };

const { brokers, prefix, cleanup } = testKafka();
const kafka = new KafkaConnection({ brokers, clientId: 'it', topicPrefix: prefix }, () => undefined);
const producer = kafka.kafka.producer({ allowAutoTopicCreation: false });
let reader: LogReader;
let following: Following;
let read: string[];
let told: string[];

beforeAll(async () => {
  await kafka.ensureTopics([spec]);
  await producer.connect();
}, 20_000);

beforeEach(async () => {
  read = [];
  told = [];
  reader = new LogReader(kafka, { groupId: 'follower', topics: [topic] });
  await reader.start();
  following = reader.follow(
    topic,
    0,
    'earliest',
    (records) => read.push(...records.map(({ value }) => String(value))),
    () => told.push('caught up'),
    () => told.push(`again after ${read.length}`),
  );
});

afterEach(() => reader.stop());

afterAll(async () => {
  await producer.disconnect();
  await kafka.close();
  await cleanup();
});

async function write(name: string, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({ partition: 0, value: `${name}${n}` }));
  await producer.send({ topic: kafka.topicName(topic), messages });
}

/** A broker that comes back with less than it had acknowledged; no client is told. */
async function shorten(to: number): Promise<void> {
  const admin = await kafka.admin();
  await admin.deleteTopics({ topics: [kafka.topicName(topic)] });
  await waitFor(async () => !(await admin.listTopics()).includes(kafka.topicName(topic)));
  await kafka.ensureTopics([spec]);
  if (to > 0) await write('kept', to);
}

const named = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}`);

it('reads a log again that ends before what it read of it, and is not fresh before that', async () => {
  await write('old', 40);
  await waitFor(() => read.length === 40);
  await waitFor(() => told.length === 1);
  await shorten(5);
  const shorterMs = performance.now();
  await waitFor(
    () => {
      // Never fresh with the state of a log that is gone.
      if (read.length < 45) expect(following.lastFetchMs).toBeLessThan(shorterMs);
      return read.length === 45;
    },
    { timeoutMs: 20_000 },
  );
  expect(read.slice(40)).toEqual(named('kept', 5));
  expect(told).toEqual(['caught up', 'again after 40']);
  await waitFor(() => following.lastFetchMs > shorterMs);
  await write('new', 60);
  await waitFor(() => read.length === 105);
  expect(read.slice(45)).toEqual(named('new', 60));
}, 60_000);

it('reads what comes into a log that was made anew and is empty', async () => {
  const before = (await kafka.endOffsets(topic)).get(0)!.high;
  expect(before).toBeGreaterThan(0);
  await waitFor(() => read.length === before);
  await shorten(0);
  const shorterMs = performance.now();
  await waitFor(() => told.includes(`again after ${before}`), { timeoutMs: 20_000 });
  await waitFor(() => following.lastFetchMs > shorterMs, { timeoutMs: 10_000 });
  await write('first', 3);
  await waitFor(() => read.length === before + 3);
  expect(read.slice(before)).toEqual(named('first', 3));
}, 60_000);
