import { apiKeys, KafkaProxy, testKafka, waitFor } from '@posthorn/testing';
import { BatchProducer } from './batch-producer.js';
import { KafkaBatchServer } from './kafka-batch-server.js';
import { KafkaConnection } from './kafka-connection.js';
import { LogReader } from './log-reader.js';
import type { RecordBatch } from './records.js';

const { brokers, prefix, cleanup } = testKafka();
const settings = { brokers, clientId: 'it', topicPrefix: prefix };
const silent = () => undefined;
const direct = new KafkaConnection(settings, silent);
const producer = new BatchProducer(direct, {
  name: 'it',
  maxRecords: 1_000,
  maxBytes: 1024 * 1024,
  batchRecords: 100,
  batchBytes: 100_000,
  lingerMs: 0,
});
const closing: (() => Promise<unknown>)[] = [];
const listOffsets = 2;
const leaveGroup = 13;
let proxy: KafkaProxy;
let kafka: KafkaConnection;

beforeAll(async () => {
  const topic = { partitions: 4, cleanup: 'delete' as const, retentionMs: 3_600_000 };
  await direct.ensureTopics(['idle', 'gathered', 'stopped', 'followed'].map((name) => ({ ...topic, name })));
  await producer.start();
}, 20_000);

beforeEach(async () => {
  proxy = await KafkaProxy.start(brokers[0] as string);
  kafka = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await kafka.close();
  await proxy.close();
}, 20_000);

afterAll(async () => {
  await producer.stop(1_000);
  await direct.close();
  await cleanup();
});

function member(topic: string, gatherMs: number, onBatch: (batch: RecordBatch) => void): KafkaBatchServer {
  const server = new KafkaBatchServer({
    kafka,
    groupId: topic,
    transportId: Symbol('it'),
    coPartitioned: true,
    startPaused: false,
    fromBeginning: true,
    gatherMs,
  });
  server.addHandler(topic, async (batch: RecordBatch) => onBatch(batch), true);
  server.listen(() => undefined);
  closing.push(() => server.close());
  return server;
}

const write = (topic: string, value: string) => producer.publish({ topic, partition: 0, key: null, value });

/** As long as three heartbeats of a member take. */
async function aWhile(server: KafkaBatchServer): Promise<void> {
  for (let beats = 0; beats < 3; beats++) {
    const { lastHeartbeatMs } = server;
    await waitFor(() => server.lastHeartbeatMs > lastHeartbeatMs);
  }
}

it('asks the broker seldom while nothing comes', async () => {
  let got = 0;
  const server = member('idle', 0, ({ records }) => (got += records.length));
  await write('idle', 'first');
  await waitFor(() => got === 1);
  await aWhile(server);
  const before = proxy.requests(apiKeys.fetch);
  await aWhile(server);
  expect(proxy.requests(apiKeys.fetch) - before).toBeLessThan(15);
  await write('idle', 'second');
  await waitFor(() => got === 2);
}, 30_000);

it('takes what nobody waits for in few fetches', async () => {
  const got: number[] = [];
  member('gathered', 400, ({ records }) => got.push(records.length));
  await write('gathered', 'first');
  await waitFor(() => got.length === 1);
  for (let i = 0; i < 20; i++) await write('gathered', `v${i}`);
  await waitFor(() => got.reduce((sum, count) => sum + count, 0) === 21);
  expect(got.length).toBeLessThan(10);
}, 30_000);

it('leaves its group although the broker does not answer its fetch', async () => {
  let got = 0;
  const server = member('stopped', 0, ({ records }) => (got += records.length));
  await write('stopped', 'first');
  await waitFor(() => got === 1);
  const fetches = proxy.requests(apiKeys.fetch);
  proxy.holdRequests(apiKeys.fetch);
  await waitFor(() => proxy.holding > 0 && proxy.requests(apiKeys.fetch) > fetches);
  const closed = server.close();
  await waitFor(() => proxy.requests(leaveGroup) === 1, { timeoutMs: 3_000 });
  proxy.release();
  await closed;
}, 30_000);

it('knows by its fetches how fresh it is, and seldom asks for the end', async () => {
  const reader = new LogReader(kafka, { groupId: 'reader', topics: ['followed'] });
  closing.push(() => reader.stop());
  await reader.start();
  let read = 0;
  const following = reader.follow(
    'followed',
    0,
    'earliest',
    (records) => (read += records.length),
    () => undefined,
  );
  await write('followed', 'one');
  await waitFor(() => read === 1);
  const startMs = performance.now();
  await waitFor(() => following.lastFetchMs > startMs);
  const asked = proxy.requests(listOffsets);
  // On a machine with too much to do an answer may be late: then it may ask, once a second.
  let [late, lateMs] = [0, -Infinity];
  const look = (): boolean => {
    const nowMs = performance.now();
    if (nowMs - following.lastFetchMs > 1_200 && nowMs - lateMs > 900) [late, lateMs] = [late + 1, nowMs];
    return following.lastFetchMs > startMs + 6_000;
  };
  await waitFor(look, { timeoutMs: 20_000 });
  // It looks every five seconds whether the log has shrunk. Asking takes two requests: every second, twelve.
  const looks = Math.ceil((performance.now() - startMs) / 5_000);
  expect(proxy.requests(listOffsets) - asked).toBeLessThanOrEqual(2 * (looks + late));
}, 30_000);
