import { apiKeys, KafkaProxy, testKafka, waitFor } from '@posthorn/testing';
import { FencedWriter } from './fenced-writer.js';
import { KafkaConnection, type TopicSpec } from './kafka-connection.js';
import { LogReader, OffsetExpired, ReaderStopped, type LogReaderOptions } from './log-reader.js';
import type { InRecord } from './records.js';

const { brokers, prefix, cleanup } = testKafka();
const settings = { brokers, clientId: 'it', topicPrefix: prefix };
const silent = () => undefined;
const kafka = new KafkaConnection(settings, silent);
const closing: (() => Promise<void>)[] = [];
const producer = kafka.kafka.producer({ allowAutoTopicCreation: false });

const spec = (name: string, partitions = 1, more: Partial<TopicSpec> = {}): TopicSpec => ({
  name,
  partitions,
  cleanup: 'delete',
  retentionMs: 3_600_000,
  ...more,
});

beforeAll(async () => {
  await kafka.ensureTopics([
    spec('plain', 4),
    spec('expiring'),
    spec('cursors', 2, { cleanup: 'compact', retentionMs: -1 }),
    spec('followed', 2),
    spec('cycles'),
    spec('large', 8),
  ]);
  await producer.connect();
}, 20_000);

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(async () => {
  await producer.disconnect();
  await kafka.close();
  await cleanup();
});

async function readerOf(
  topics: string[],
  options: Partial<LogReaderOptions> = {},
  connection = kafka,
): Promise<LogReader> {
  const reader = new LogReader(connection, { groupId: 'reader', topics, ...options });
  closing.push(() => reader.stop());
  await reader.start();
  return reader;
}

/** One record batch per chunk of values. */
async function write(topic: string, partition: number, values: string[], perBatch = values.length) {
  for (let i = 0; i < values.length; i += perBatch) {
    const messages = values.slice(i, i + perBatch).map((value) => ({ partition, key: value, value }));
    await producer.send({ topic: kafka.topicName(topic), messages });
  }
}

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `v${from + i}`);
const values = (records: InRecord[]) => records.map(({ value }) => value?.toString());

async function rangeOf(
  reader: LogReader,
  topic: string,
  partition: number,
  from: number | 'earliest',
  end?: number,
) {
  const read: InRecord[] = [];
  const position = await reader.readRange(
    topic,
    partition,
    from,
    end,
    (records) => void read.push(...records),
  );
  return { position, read };
}

it('goes back and forth, stays in order within a sequence, and knows the end', async () => {
  await write('plain', 0, numbered(200), 10);
  const reader = await readerOf(['plain'], { maxBytesPerPartition: 2_000 });
  for (const from of [150, 20, 20, 199, 0, 75, 74]) {
    const result = await reader.readOnce('plain', 0, from);
    expect(result).toMatchObject({ kind: 'records' });
    if (result.kind !== 'records') continue;
    expect(result.records[0]?.offset).toBe(from);
    expect(result.next).toBe(from + result.records.length);
  }
  expect(await reader.readOnce('plain', 0, 200)).toEqual({ kind: 'end' });
  expect(await reader.readOnce('plain', 0, 5_000)).toEqual({ kind: 'end' });
  expect(await reader.readOnce('plain', 0, 50, 50)).toEqual({ kind: 'end' });
  const { position, read } = await rangeOf(reader, 'plain', 0, 33, 177);
  expect(position).toBe(177);
  expect(values(read)).toEqual(numbered(144, 33));
}, 30_000);

it('reads several partitions at once, and calls for one partition in the order they came', async () => {
  await Promise.all([1, 2].map((partition) => write('plain', partition, numbered(100), 20)));
  const reader = await readerOf(['plain'], { maxBytesPerPartition: 1_500 });
  const order: string[] = [];
  const once = (partition: number, from: number) =>
    reader.readOnce('plain', partition, from).then((result) => {
      order.push(`${partition}@${from}`);
      return result.kind === 'records' ? result.records[0]?.offset : result.kind;
    });
  const results = await Promise.all([once(1, 90), once(2, 3), once(1, 10), once(1, 50), once(3, 0)]);
  expect(results).toEqual([90, 3, 10, 50, 'end']);
  expect(order.filter((entry) => entry.startsWith('1'))).toEqual(['1@90', '1@10', '1@50']);
  const ranges = await Promise.all(
    [1, 2].map((partition) => rangeOf(reader, 'plain', partition, 'earliest')),
  );
  for (const { read } of ranges) expect(values(read)).toEqual(numbered(100));
}, 30_000);

it('leaves out and repeats nothing in 300 reads with and without a rest between them', async () => {
  await write('cycles', 0, numbered(640), 2);
  const reader = await readerOf(['cycles'], { maxBytesPerPartition: 100 });
  const read: InRecord[] = [];
  let from = 0;
  for (let cycle = 0; cycle < 300; cycle++) {
    const result = await reader.readOnce('cycles', 0, from, 640);
    if (result.kind !== 'records') throw new Error(result.kind);
    read.push(...result.records);
    from = result.next;
    // Sometimes at once, sometimes after the partition was paused and its fetch loop slept.
    if (cycle % 5 === 0) await new Promise((resolve) => setTimeout(resolve, cycle % 50));
  }
  expect(values(read)).toEqual(numbered(600));
}, 60_000);

it('fetches only what somebody asked for', async () => {
  const proxy = await KafkaProxy.start(brokers[0] as string);
  closing.push(() => proxy.close());
  const connection = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
  closing.push(() => connection.close());
  const record = 'x'.repeat(100_000);
  for (let partition = 0; partition < 8; partition++)
    await write('large', partition, Array(5).fill(record), 1);
  const reader = await readerOf(['large'], { maxBytesPerPartition: 1_000 }, connection);
  expect(await reader.readOnce('large', 0, 2)).toMatchObject({ kind: 'records', next: 3 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  // One record, where the topic has forty.
  expect(proxy.bytesPassed).toBeGreaterThan(100_000);
  expect(proxy.bytesPassed).toBeLessThan(250_000);
}, 30_000);

it('says what has expired, before and while it reads', async () => {
  await write('expiring', 0, numbered(100), 10);
  const reader = await readerOf(['expiring'], { maxBytesPerPartition: 300 });
  const admin = await kafka.admin();
  const expire = (offset: number) =>
    admin.deleteTopicRecords({
      topic: kafka.topicName('expiring'),
      partitions: [{ partition: 0, offset: String(offset) }],
    });
  expect(await reader.readOnce('expiring', 0, 0)).toMatchObject({ kind: 'records', next: 10 });
  await expire(40);
  // The reader knows the bounds from before and would seek to 20: the fetch tells it better.
  expect(await reader.readOnce('expiring', 0, 20)).toEqual({ kind: 'expired', low: 40 });
  await expect(rangeOf(reader, 'expiring', 0, 39)).rejects.toThrow(OffsetExpired);
  const { position, read } = await rangeOf(reader, 'expiring', 0, 'earliest');
  expect([position, values(read)]).toEqual([100, numbered(60, 40)]);
  await expire(100);
  expect(await rangeOf(reader, 'expiring', 0, 'earliest')).toEqual({ position: 100, read: [] });
}, 30_000);

describe('at the end of a compacted topic', () => {
  it('stops at the stable end, behind markers and aborted records and before an open transaction', async () => {
    const writer = new FencedWriter(kafka, { partition: 0 });
    closing.push(() => writer.close());
    const record = (key: string, value: string) => ({ topic: 'cursors', partition: 0, key, value });
    await writer.fence([record('_owner', 'first')]);
    await writer.commit([record('a', '1'), record('b', '2')]);
    const raw = kafka.newClient().producer({ transactionalId: `${prefix}raw`, maxInFlightRequests: 1 });
    closing.push(() => raw.disconnect());
    await raw.connect();
    const topic = kafka.topicName('cursors');
    const aborted = await raw.transaction();
    await aborted.send({ topic, messages: [{ partition: 0, key: 'a', value: 'aborted' }] });
    await aborted.abort();
    const stableEnd = async () => (await kafka.endOffsets('cursors')).get(0)?.high;
    await waitFor(async () => (await stableEnd()) === 7);
    const reader = await readerOf(['cursors']);
    // Offsets: owner 0, marker 1, a 2, b 3, marker 4, aborted 5, its marker 6.
    const trailing = await rangeOf(reader, 'cursors', 0, 'earliest');
    expect([trailing.position, values(trailing.read)]).toEqual([7, ['first', '1', '2']]);
    // Nothing but what never reaches a handler between here and the end.
    expect(await rangeOf(reader, 'cursors', 0, 4)).toEqual({ position: 7, read: [] });
    expect(await reader.readOnce('cursors', 0, 5)).toEqual({ kind: 'records', records: [], next: 7 });

    const open = await raw.transaction();
    await open.send({ topic, messages: [{ partition: 0, key: 'a', value: 'open' }] });
    // A plain record behind it is hidden too, and the log's high watermark is beyond both.
    await producer.send({ topic, messages: [{ partition: 0, key: 'c', value: 'plain' }] });
    const hidden = await rangeOf(reader, 'cursors', 0, 'earliest');
    expect([hidden.position, values(hidden.read)]).toEqual([7, ['first', '1', '2']]);
    expect((await kafka.endOffsets('cursors')).get(0)).toEqual({ low: 0, high: 7 });
    await open.abort();
    await waitFor(async () => (await stableEnd()) === 10);
    const after = await rangeOf(reader, 'cursors', 0, 7);
    expect([after.position, values(after.read)]).toEqual([10, ['plain']]);
  }, 30_000);

  it('finds the nonce of a new owner while the old one has a transaction open', async () => {
    const proxy = await KafkaProxy.start(brokers[0] as string);
    closing.push(() => proxy.close());
    const broken = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
    const old = new FencedWriter(broken, { partition: 1 });
    closing.push(() => old.close());
    const record = (key: string, value: string) => ({ topic: 'cursors', partition: 1, key, value });
    await old.fence([record('_owner', 'old')]);
    proxy.holdRequests(apiKeys.endTxn);
    void old.commit([record('lane', 'open')]).catch(() => undefined);
    await waitFor(() => proxy.holding === 1);
    const reader = await readerOf(['cursors']);
    const fresh = new FencedWriter(kafka, { partition: 1 });
    closing.push(() => fresh.close());
    await fresh.fence([record('_owner', 'new')]);
    const read: InRecord[] = [];
    await reader.readRange('cursors', 1, 'earliest', undefined, (records) => void read.push(...records));
    expect(values(read)).toEqual(['old', 'new']);
    proxy.release();
  }, 30_000);
});

it('follows, tells once that it caught up, and how fresh it is', async () => {
  const proxy = await KafkaProxy.start(brokers[0] as string);
  closing.push(() => proxy.close());
  const connection = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
  closing.push(() => connection.close());
  await write('followed', 0, numbered(50), 5);
  const reader = await readerOf(['followed'], {}, connection);
  const read: InRecord[] = [];
  const caughtUp: number[] = [];
  const follow = (partition: number) => {
    const onRecords = (records: InRecord[]) => {
      read.push(...records);
      if (partition === 0 && read.length === 50) throw new Error('only logged');
    };
    return reader.follow('followed', partition, 'earliest', onRecords, () => caughtUp.push(partition));
  };
  const first = follow(0);
  const empty = follow(1);
  expect([first.lastFetchMs, empty.lastFetchMs]).toEqual([-Infinity, -Infinity]);
  await waitFor(() => caughtUp.length === 2);
  expect(values(read)).toEqual(numbered(50));
  await write('followed', 0, ['next']);
  await waitFor(() => read.length === 51);
  // Away: not fresher than the last answer, however long the loop goes round.
  proxy.down();
  const cutMs = performance.now();
  await write('followed', 0, ['while away']);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(Math.max(first.lastFetchMs, empty.lastFetchMs)).toBeLessThanOrEqual(cutMs);
  expect(first.lastFetchMs).toBeGreaterThan(cutMs - 3_000);
  proxy.up();
  await waitFor(() => read.length === 52);
  await waitFor(() => first.lastFetchMs > cutMs && empty.lastFetchMs > cutMs);
  expect(values(read.slice(50))).toEqual(['next', 'while away']);
  expect([...caughtUp].sort()).toEqual([0, 1]);
  first.stop();
  await write('followed', 0, ['unread']);
  const { read: again } = await rangeOf(reader, 'followed', 0, 52);
  expect([values(again), read.length]).toEqual([['unread'], 52]);
}, 40_000);

it('goes back to its own positions after a join, and lets nothing through that nobody asked for', async () => {
  await write('plain', 3, numbered(300), 3);
  const reader = await readerOf(['plain'], { maxBytesPerPartition: 200 });
  const read: InRecord[] = [];
  let from = 0;
  const step = async () => {
    const result = await reader.readOnce('plain', 3, from, 300);
    if (result.kind !== 'records') throw new Error(result.kind);
    read.push(...result.records);
    from = result.next;
  };
  for (let i = 0; i < 20; i++) await step();
  // Somebody else in the group forces a rebalance, and another one when they leave.
  const groupId = (reader as unknown as { groupId: string }).groupId;
  const intruder = kafka.newClient().consumer({ groupId, sessionTimeout: 6_000 });
  await intruder.connect();
  await intruder.subscribe({ topic: kafka.topicName('plain') });
  const joined = new Promise((resolve) => intruder.on(intruder.events.GROUP_JOIN, resolve));
  await intruder.run({ eachMessage: async () => undefined });
  await joined;
  await intruder.disconnect();
  while (from < 300) await step();
  expect(values(read)).toEqual(numbered(300));
}, 40_000);

it('rejects what is waiting when it stops, and leaves no group behind', async () => {
  const reader = await readerOf(['followed']);
  const groupId = (reader as unknown as { groupId: string }).groupId;
  await rangeOf(reader, 'followed', 0, 'earliest');
  const waiting = reader.readOnce('followed', 1, 0, 1);
  const outcome = waiting.catch((error: Error) => error);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await reader.stop();
  expect(await outcome).toBeInstanceOf(ReaderStopped);
  await expect(reader.readOnce('followed', 0, 0)).rejects.toThrow(ReaderStopped);
  const { groups } = await (await kafka.admin()).listGroups();
  expect(groups.map((group) => group.groupId)).not.toContain(groupId);
}, 20_000);
