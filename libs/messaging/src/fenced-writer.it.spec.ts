import { apiKeys, KafkaProxy, readTopic, testKafka, waitFor } from '@posthorn/testing';
import { Fenced, FencedWriter, OutcomeUnknown, type TxRecord } from './fenced-writer.js';
import { KafkaConnection } from './kafka-connection.js';

const { brokers, prefix, cleanup } = testKafka();
const settings = { brokers, clientId: 'it', topicPrefix: prefix };
const silent = () => undefined;
const kafka = new KafkaConnection(settings, silent);
const owner = (nonce: string, partition: number): TxRecord[] => [
  { topic: 'cursors', partition, key: '_owner', value: nonce },
];
const record = (partition: number, key: string, value: string | null): TxRecord => ({
  topic: 'cursors',
  partition,
  key,
  value,
});
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const topics = ['cursors', 'subscriptions'].map((name) => ({
    name,
    partitions: 8,
    cleanup: 'compact' as const,
    retentionMs: -1,
  }));
  await kafka.ensureTopics(topics);
}, 20_000);

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(async () => {
  await kafka.close();
  await cleanup();
});

function writerFor(partition: number, connection = kafka): FencedWriter {
  const writer = new FencedWriter(connection, { partition });
  closing.push(() => writer.close());
  return writer;
}

async function proxied(): Promise<{ proxy: KafkaProxy; connection: KafkaConnection }> {
  const proxy = await KafkaProxy.start(brokers[0] as string);
  closing.push(() => proxy.close());
  const connection = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
  return { proxy, connection };
}

async function valuesIn(partition: number): Promise<string[]> {
  const records = await readTopic(brokers, `${prefix}cursors`);
  return records.filter((r) => r.partition === partition).map(({ key, value }) => `${key}=${value}`);
}

it('commits all records of a transaction or, with a newer owner, none', async () => {
  const old = writerFor(0);
  await expect(old.commit([record(0, 'a', '1')])).rejects.toThrow('must fence first');
  await old.fence(owner('old', 0));
  const before = performance.now();
  await old.commit([record(0, 'a', '1'), { ...record(0, 'b', '2'), topic: 'subscriptions' }]);
  expect(old.lastCommitMs).toBeGreaterThanOrEqual(before);
  expect(old.lastCommitMs).toBeLessThan(performance.now());
  const fresh = writerFor(0);
  await fresh.fence(owner('new', 0));
  const lastCommitMs = old.lastCommitMs;
  await expect(old.commit([record(0, 'a', 'late')])).rejects.toThrow(Fenced);
  expect([old.finished, old.lastCommitMs]).toEqual([true, lastCommitMs]);
  await expect(old.commit([record(0, 'a', 'later')])).rejects.toThrow('finished');
  await fresh.commit([record(0, 'a', null)]);
  expect(await valuesIn(0)).toEqual(['_owner=old', 'a=1', '_owner=new', 'a=null']);
  const [other] = await readTopic(brokers, `${prefix}subscriptions`);
  expect(other).toMatchObject({ partition: 0, key: 'b', value: '2' });
}, 20_000);

it('aborts the open transaction of a live old owner', async () => {
  const { proxy, connection } = await proxied();
  const old = writerFor(1, connection);
  await old.fence(owner('old', 1));
  proxy.holdRequests(apiKeys.endTxn);
  const outcome = old.commit([record(1, 'lane', 'of the old owner')]).catch((error: Error) => error);
  // The record is in the log now, and only the commit is missing.
  await waitFor(() => proxy.holding === 1);
  const fresh = writerFor(1);
  await fresh.fence(owner('new', 1));
  proxy.release();
  expect(await outcome).toBeInstanceOf(Fenced);
  await fresh.commit([record(1, 'lane', 'of the new owner')]);
  expect(await valuesIn(1)).toEqual(['_owner=old', '_owner=new', 'lane=of the new owner']);
}, 20_000);

it('has fenced when readers see it: the stable end covers it at once, every time', async () => {
  const start = (await kafka.endOffsets('cursors')).get(3)?.high ?? 0;
  for (let i = 0; i < 8; i++) {
    await writerFor(3).fence(owner(`n${i}`, 3));
    // Every fencing is a record and a marker.
    expect((await kafka.endOffsets('cursors')).get(3)?.high).toBeGreaterThan(start + 2 * i);
  }
}, 20_000);

it('fences nobody of another partition or prefix', async () => {
  const mine = writerFor(2);
  await mine.fence(owner('mine', 2));
  await writerFor(3).fence(owner('other', 3));
  const elsewhere = new KafkaConnection({ ...settings, topicPrefix: prefix.slice(0, -1) }, silent);
  expect(elsewhere.transactionalId(2)).not.toBe(kafka.transactionalId(2));
  await mine.commit([record(2, 'a', '1')]);
}, 20_000);

it('refuses a second transaction while one is under way, without harm to it', async () => {
  const writer = writerFor(4);
  await writer.fence(owner('n', 4));
  const first = writer.commit([record(4, 'a', '1')]);
  await expect(writer.commit([record(4, 'b', '2')])).rejects.toThrow('one transaction at a time');
  await first;
  expect(await valuesIn(4)).toEqual(['_owner=n', 'a=1']);
}, 20_000);

it('does not know the outcome when the answer to its commit is lost, and is finished', async () => {
  const { proxy, connection } = await proxied();
  const writer = writerFor(5, connection);
  await writer.fence(owner('n', 5));
  proxy.dropResponses(apiKeys.endTxn);
  await expect(writer.commit([record(5, 'a', '1')])).rejects.toThrow(OutcomeUnknown);
  expect(writer.finished).toBe(true);
  // It was committed, as it happens: the next owner finds it.
  await writerFor(5).fence(owner('next', 5));
  expect(await valuesIn(5)).toEqual(['_owner=n', 'a=1', '_owner=next']);
}, 20_000);

it.each<[string, (proxy: KafkaProxy) => void]>([
  ['refuses', (proxy) => proxy.down()],
  ['hangs', (proxy) => proxy.freeze()],
])(
  'gives up in bounded time when the broker %s',
  async (_, breakIt) => {
    const { proxy, connection } = await proxied();
    const writer = writerFor(6, connection);
    await writer.fence(owner('n', 6));
    breakIt(proxy);
    const startedMs = performance.now();
    await expect(writer.commit([record(6, 'a', '1')])).rejects.toThrow(OutcomeUnknown);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    await expect(writerFor(7, connection).fence(owner('m', 7))).rejects.toThrow(OutcomeUnknown);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  },
  40_000,
);

it('writes a transaction in far less than the 300 ms that kafkajs would wait by default', async () => {
  const writer = writerFor(7);
  await writer.fence(owner('n', 7));
  const startedMs = performance.now();
  for (let i = 0; i < 20; i++) await writer.commit([record(7, `k${i}`, 'v')]);
  expect((performance.now() - startedMs) / 20).toBeLessThan(150);
}, 20_000);
