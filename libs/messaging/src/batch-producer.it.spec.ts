import { apiKeys, KafkaProxy, readTopic, testKafka, waitFor } from '@posthorn/testing';
import {
  BatchProducer,
  ProducerUnavailable,
  type BatchProducerOptions,
  type OutRecord,
} from './batch-producer.js';
import { RecordRefused } from './batch-sender.js';
import { KafkaConnection } from './kafka-connection.js';

const { brokers, prefix, cleanup } = testKafka();
const settings = { brokers, clientId: 'it', topicPrefix: prefix };
const silent = () => undefined;
const options: BatchProducerOptions = {
  name: 'it',
  maxRecords: 10_000,
  maxBytes: 16 * 1024 * 1024,
  batchRecords: 500,
  batchBytes: 900 * 1024,
  lingerMs: 0,
};
const direct = new KafkaConnection(settings, silent);
let proxy: KafkaProxy;
let kafka: KafkaConnection;
let producer: BatchProducer;

beforeAll(async () => {
  const names = ['overlap', 'outage', 'refused', 'order', 'frozen', 'late', 'linger'];
  await direct.ensureTopics(
    names.map((name) => ({ name, partitions: 4, cleanup: 'delete' as const, retentionMs: 3_600_000 })),
  );
}, 20_000);

beforeEach(async () => {
  proxy = await KafkaProxy.start(brokers[0] as string);
  kafka = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
});

afterEach(async () => {
  await producer.stop(1_000);
  await kafka.close();
  await proxy.close();
});

afterAll(async () => {
  await direct.close();
  await cleanup();
});

/** What was acknowledged, by value: its offset. */
function offering(into: Map<string, number>, topic: string, value: string, partition: number): OutRecord {
  const done = (error: Error | null, offset: number) => {
    if (!error) into.set(value, offset);
  };
  return { topic, partition, key: value, value, done };
}

async function valuesOf(topic: string): Promise<Map<string | null, number[]>> {
  const found = new Map<string | null, number[]>();
  for (const { value, offset } of await readTopic(brokers, prefix + topic)) {
    found.set(value, [...(found.get(value) ?? []), offset]);
  }
  return found;
}

it('loses and doubles nothing when responses to its requests are lost under concurrent offers', async () => {
  producer = new BatchProducer(kafka, { ...options, batchRecords: 40 });
  await producer.start();
  const acknowledged = new Map<string, number>();
  const offers = 2_000;
  let next = 0;
  // Breaks the connection after the broker has written, again and again, while records keep coming.
  for (let round = 0; round < 20; round++) {
    if (round % 3 === 1) proxy.dropResponses(apiKeys.produce);
    for (let i = 0; i < offers / 20; i++, next++) {
      const record = offering(acknowledged, 'overlap', `v${next}`, next % 4);
      await waitFor(() => producer.offer(record), { intervalMs: 1 });
    }
    await waitFor(() => acknowledged.size > next - 60, { intervalMs: 1 });
  }
  await producer.flush();
  expect(proxy.dropped).toBeGreaterThanOrEqual(5);
  expect(acknowledged.size).toBe(offers);
  const found = await valuesOf('overlap');
  expect(found.size).toBe(offers);
  // Exactly once in the log, and where the acknowledgement said.
  for (const [value, offset] of acknowledged) expect(found.get(value)).toEqual([offset]);
}, 30_000);

it('refuses while the broker is away, then writes once what it had taken', async () => {
  producer = new BatchProducer(kafka, options);
  await producer.start();
  const acknowledged = new Map<string, number>();
  await producer.publish({ topic: 'outage', partition: 0, key: null, value: 'before' });
  proxy.down();
  expect(producer.offer(offering(acknowledged, 'outage', 'during', 1))).toBe(true);
  await waitFor(() => producer.state === 'down');
  expect(producer.offer(offering(acknowledged, 'outage', 'refused', 2))).toBe(false);
  await expect(producer.publish({ topic: 'outage', partition: 0, key: null, value: 'x' })).rejects.toThrow(
    ProducerUnavailable,
  );
  expect(acknowledged.size).toBe(0);
  proxy.up();
  await waitFor(() => producer.state === 'up');
  await waitFor(() => producer.offer(offering(acknowledged, 'outage', 'after', 3)));
  await producer.flush();
  expect([...acknowledged.keys()]).toEqual(['during', 'after']);
  const found = await valuesOf('outage');
  expect([...found.keys()].sort()).toEqual(['after', 'before', 'during']);
  for (const offsets of found.values()) expect(offsets).toHaveLength(1);
}, 30_000);

it('goes on queueing to its bound while down when told so, and keeps the order', async () => {
  producer = new BatchProducer(kafka, { ...options, maxRecords: 50, refuseWhenDown: false });
  await producer.start();
  proxy.down();
  const done: string[] = [];
  const record = (value: string): OutRecord => {
    return {
      topic: 'order',
      partition: 1,
      key: null,
      value,
      done: (error) => done.push(error ? 'error' : value),
    };
  };
  const taken: string[] = [];
  for (let i = 0; i < 60; i++) if (producer.offer(record(`v${i}`))) taken.push(`v${i}`);
  expect(taken).toHaveLength(50);
  expect(producer.offerAll([record('a'), record('b')])).toBe(false);
  await waitFor(() => producer.state === 'down');
  proxy.up();
  await producer.flush();
  expect(done).toEqual(taken);
  expect((await readTopic(brokers, prefix + 'order')).map(({ value }) => value)).toEqual(taken);
  expect(producer.queuedRecords).toBe(0);
  expect(producer.queuedBytes).toBe(0);
}, 30_000);

it('gives back only the record that the broker refuses for ever', async () => {
  producer = new BatchProducer(kafka, { ...options, batchBytes: 8 * 1024 * 1024 });
  await producer.start();
  const results: string[] = [];
  const record = (name: string, value: string, partition = 0): OutRecord => ({
    topic: 'refused',
    partition,
    key: null,
    value,
    done: (error, offset) => results.push(`${name}:${error ? error.name : offset}`),
  });
  const tooLarge = 'x'.repeat(2 * 1024 * 1024);
  producer.offerAll([
    record('a', 'a'),
    record('large', tooLarge),
    record('b', 'b'),
    record('nowhere', 'c', 99),
    record('d', 'd'),
  ]);
  await producer.flush();
  expect(results.map((result) => result.replace(/:\d+$/, ':written'))).toEqual([
    'a:written',
    `large:${RecordRefused.name}`,
    'b:written',
    `nowhere:${RecordRefused.name}`,
    'd:written',
  ]);
  const values = new Set((await readTopic(brokers, prefix + 'refused')).map(({ value }) => value));
  expect([...values]).toEqual(['a', 'b', 'd']);
}, 30_000);

it('is down while a request hangs, survives a callback that throws, and gives the rest back at stop', async () => {
  producer = new BatchProducer(kafka, options);
  await producer.start();
  producer.offer({
    topic: 'frozen',
    partition: 0,
    key: null,
    value: 'v',
    done: () => {
      throw new Error('not my day');
    },
  });
  await producer.flush();
  expect(await producer.publish({ topic: 'frozen', partition: 0, key: null, value: 'w' })).toBe(1);
  proxy.freeze();
  const hanging = producer.publish({ topic: 'frozen', partition: 0, key: null, value: 'x' });
  const outcome = hanging.then(
    () => 'written',
    (error: Error) => error.name,
  );
  await waitFor(() => producer.state === 'down');
  await producer.stop(100);
  expect(await outcome).toBe('ProducerStopped');
  expect(producer.offer({ topic: 'frozen', partition: 0, key: null, value: 'y' })).toBe(false);
}, 30_000);

it('starts without a broker, is down, and writes when there is one', async () => {
  proxy.down();
  producer = new BatchProducer(kafka, { ...options, refuseWhenDown: false });
  expect(producer.offer({ topic: 'late', partition: 0, key: null, value: 'not started' })).toBe(false);
  await producer.start();
  expect(producer.state).toBe('down');
  const written = producer.publish({ topic: 'late', partition: 0, key: null, value: 'v' });
  proxy.up();
  expect(await written).toBe(0);
  expect(producer.state).toBe('up');
}, 30_000);

it('makes few requests of many records, and does not let a lone record wait', async () => {
  producer = new BatchProducer(kafka, { ...options, lingerMs: 200 });
  await producer.start();
  const publish = (value: string) => producer.publish({ topic: 'linger', partition: 0, key: null, value });
  await publish('first');
  await new Promise((resolve) => setTimeout(resolve, 250));
  const startedMs = performance.now();
  await publish('lone');
  expect(performance.now() - startedMs).toBeLessThan(190);
  // Within the linger time of the last request, one after the other.
  const trickle = [];
  for (let i = 0; i < 10; i++) {
    trickle.push(publish(`t${i}`));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(trickle);
  expect(proxy.requests(apiKeys.produce)).toBeLessThan(7);
}, 30_000);
