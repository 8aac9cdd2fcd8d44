import { KafkaProxy, testKafka, waitFor } from '@posthorn/testing';
import { BatchProducer } from './batch-producer.js';
import { KafkaBatchServer, type KafkaBatchServerOptions } from './kafka-batch-server.js';
import { KafkaConnection } from './kafka-connection.js';
import type { LogFn } from './kafka-log.js';
import type { RecordBatch, TopicPartition } from './records.js';

const { brokers, prefix, cleanup } = testKafka();
const settings = { brokers, clientId: 'it', topicPrefix: prefix };
const silent: LogFn = () => undefined;
const kafka = new KafkaConnection(settings, silent);
const producer = new BatchProducer(kafka, {
  name: 'it',
  maxRecords: 100_000,
  maxBytes: 64 * 1024 * 1024,
  batchRecords: 500,
  batchBytes: 500_000,
  lingerMs: 0,
});
const closing: (() => Promise<unknown>)[] = [];
const partitions = 8;

beforeAll(async () => {
  const topics = ['load', 'events', 'due', 'paused', 'committed', 'outage', 'expelled'];
  await kafka.ensureTopics(
    topics.map((name) => ({ name, partitions, cleanup: 'delete' as const, retentionMs: 3_600_000 })),
  );
  await producer.start();
}, 20_000);

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
}, 20_000);

afterAll(async () => {
  await producer.stop(1_000);
  await kafka.close();
  await cleanup();
});

const write = (topic: string, partition: number, value: string) =>
  producer.publish({ topic, partition, key: null, value });

type Got = { topic: string; partition: number; offset: number; value: string };

/**
 * A member of a group, as a service has it, but without Nest around it: what it got and what hooks it saw.
 */
class Member {
  readonly got: Got[] = [];
  readonly batches: RecordBatch[] = [];
  readonly assigned: string[][] = [];
  readonly revoked: string[][] = [];
  readonly server: KafkaBatchServer;

  constructor(
    topics: string[],
    options: Partial<KafkaBatchServerOptions> & { groupId: string },
    onBatch: (batch: RecordBatch, member: Member) => void = () => undefined,
  ) {
    this.server = new KafkaBatchServer({
      kafka,
      transportId: Symbol('it'),
      coPartitioned: true,
      startPaused: false,
      fromBeginning: true,
      heartbeatMs: 200,
      ...options,
      hooks: {
        assigned: (tps) => {
          this.assigned.push(shown(tps));
          options.hooks?.assigned?.(tps, { memberId: '' });
        },
        revoked: (tps) => void this.revoked.push(shown(tps)),
      },
    });
    for (const topic of topics) {
      this.server.addHandler(
        topic,
        async (batch: RecordBatch) => {
          for (const { offset, value } of batch.records) {
            this.got.push({ topic, partition: batch.partition, offset, value: String(value) });
          }
          this.batches.push(batch);
          onBatch(batch, this);
        },
        true,
      );
    }
    this.server.listen((error) => {
      if (error) throw error;
    });
    closing.push(() => this.server.close());
  }

  get partitions(): number[] {
    return [...new Set(this.server.assignment.map(({ partition }) => partition))].sort((a, b) => a - b);
  }

  offsets(topic: string, partition: number): number[] {
    return this.got.filter((r) => r.topic === topic && r.partition === partition).map(({ offset }) => offset);
  }
}

const shown = (tps: TopicPartition[]) => tps.map(({ topic, partition }) => `${topic}/${partition}`).sort();
const increasing = (offsets: number[]) =>
  offsets.every((offset, i) => i === 0 || offset > (offsets[i - 1] as number));
const all = Array.from({ length: partitions }, (_, i) => i);

it('re-reads nothing that it keeps, and goes on with what moves, while members come and go under load', async () => {
  // A fetch that stands elsewhere than the server's own position is an error entry, read again or jumped
  // over.
  const errors: string[] = [];
  const log: LogFn = (level, message) => void (level === 'error' && errors.push(message));
  const connections = [1, 2].map(() => new KafkaConnection(settings, log));
  closing.push(async () => Promise.all(connections.map((connection) => connection.close())));
  // Commits far behind what it has read, as a service with slow work: re-reading would show.
  const lagging = (batch: RecordBatch, member: Member) =>
    member.server.commit(batch.topic, batch.partition, Math.max(0, batch.next - 200));
  const [first, second] = connections;
  const a = new Member(['load'], { groupId: 'load', kafka: first as KafkaConnection }, lagging);
  let writing = true;
  let written = 0;
  const load = (async () => {
    while (writing) {
      await Promise.all(all.map((partition) => write('load', partition, `v${written}`)));
      written++;
    }
  })();
  await waitFor(() => a.got.length > 8 * 100);
  const b = new Member(['load'], { groupId: 'load', kafka: second as KafkaConnection }, lagging);
  await waitFor(() => b.partitions.length === 4 && a.partitions.length === 4);
  const kept = [...a.partitions];
  expect([...kept, ...b.partitions].sort()).toEqual(all);
  const movedTo = [...b.partitions];
  // What was handed over before is stale only where the partition went, not where the server sought for
  // itself.
  const early = a.batches.filter(({ next }) => next < 100);
  const stale = new Set(early.filter((batch) => batch.isStale()).map(({ partition }) => partition));
  expect([...stale].sort()).toEqual(movedTo);
  const seen = b.got.length;
  await waitFor(() => b.got.length > seen + 200);
  await b.server.close();
  await waitFor(() => a.partitions.length === 8);
  const after = written;
  await waitFor(() => written > after + 50);
  writing = false;
  await load;
  await waitFor(() => all.every((partition) => a.offsets('load', partition).at(-1) === written - 1));
  for (const partition of kept) {
    expect(a.offsets('load', partition)).toEqual(Array.from({ length: written }, (_, i) => i));
  }
  for (const partition of movedTo) {
    expect(increasing(b.offsets('load', partition))).toBe(true);
    // Between them nothing is missing, and what both read is no more than the commits lagged.
    const both = [...a.offsets('load', partition), ...b.offsets('load', partition)];
    expect(new Set(both).size).toBe(written);
    expect(both.length - written).toBeLessThan(2 * 200 + 400);
  }
  expect(errors).toEqual([]);
  expect(a.revoked).toEqual([movedTo.map((partition) => `load/${partition}`)]);
  expect(b.revoked).toEqual([movedTo.map((partition) => `load/${partition}`)]);
}, 40_000);

it('spreads partition numbers over three members with as few moves as possible', async () => {
  const topics = ['events', 'due'];
  const join = () => new Member(topics, { groupId: 'sticky' });
  const a = join();
  await waitFor(() => a.partitions.length === 8);
  const b = join();
  await waitFor(() => b.partitions.length === 4 && a.partitions.length === 4);
  const before = { a: a.partitions, b: b.partitions };
  const c = join();
  await waitFor(() => c.partitions.length === 2 && a.partitions.length + b.partitions.length === 6);
  expect(before.a).toEqual(expect.arrayContaining(a.partitions));
  expect(before.b).toEqual(expect.arrayContaining(b.partitions));
  for (const { server } of [a, b, c]) {
    const of = (topic: string) =>
      shown(server.assignment.filter((tp) => tp.topic === topic)).map((s) => s.split('/')[1]);
    expect(of('events')).toEqual(of('due'));
  }
  const kept = { a: a.partitions, b: b.partitions };
  await c.server.close();
  await waitFor(() => a.partitions.length === 4 && b.partitions.length === 4);
  expect(a.partitions).toEqual(expect.arrayContaining(kept.a));
  expect(b.partitions).toEqual(expect.arrayContaining(kept.b));
}, 30_000);

it('lets no record out of a new partition before its owner sought and resumed it', async () => {
  for (let i = 0; i < 100; i++) void write('paused', 0, `v${i}`);
  await Promise.all(all.map((partition) => write('paused', partition, 'x')));
  const a = new Member(['paused'], { groupId: 'paused', startPaused: true });
  await waitFor(() => a.server.ready);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(a.got).toEqual([]);
  expect(a.assigned).toEqual([all.map((partition) => `paused/${partition}`)]);
  for (const partition of [0, 1, 2, 3])
    a.server.seek({ topic: 'paused', partition }, partition === 0 ? 42 : 0);
  a.server.resume([0, 1, 2].map((partition) => ({ topic: 'paused', partition })));
  await waitFor(() => a.offsets('paused', 0).at(-1) === 100 && a.offsets('paused', 2).length === 1);
  expect(a.offsets('paused', 0)[0]).toBe(42);
  // Paused by its owner, sought but never resumed, and never touched.
  a.server.pause([{ topic: 'paused', partition: 2 }]);
  const b = new Member(['paused'], { groupId: 'paused', startPaused: true });
  await waitFor(() => b.partitions.length === 4 && a.partitions.length === 4);
  expect(a.partitions).toEqual([0, 1, 2, 3]);
  await Promise.all(all.map((partition) => write('paused', partition, 'later')));
  await waitFor(() => a.offsets('paused', 0).at(-1) === 101 && a.offsets('paused', 1).at(-1) === 1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect([2, 3].map((partition) => a.offsets('paused', partition))).toEqual([[0], []]);
  expect(b.got).toEqual([]);
  a.server.resume([2, 3].map((partition) => ({ topic: 'paused', partition })));
  await waitFor(() => a.offsets('paused', 3).length === 2 && a.offsets('paused', 2).length === 2);
  expect([0, 1, 2].map((partition) => increasing(a.offsets('paused', partition)))).toEqual([
    true,
    true,
    true,
  ]);
  const last = a.batches.filter(({ partition }) => partition === 1).at(-1);
  expect(last?.isStale()).toBe(false);
  // Held within the log when the position comes from elsewhere.
  expect(await a.server.seekChecked({ topic: 'paused', partition: 1 }, 9_999)).toBe(2);
  expect(last?.isStale()).toBe(true);
  expect(await a.server.seekChecked({ topic: 'paused', partition: 0 }, 101)).toBe(101);
  await waitFor(() => a.offsets('paused', 0).filter((offset) => offset === 101).length === 2);
}, 30_000);

it('starts where the group committed, and commits only the newest position with its metadata', async () => {
  for (let i = 0; i < 20; i++) await write('committed', 5, `v${i}`);
  const a = new Member(['committed'], { groupId: 'committed', coPartitioned: false });
  await waitFor(() => a.got.length === 20);
  for (let next = 1; next <= 15; next++) a.server.commit('committed', 5, next, `m${next}`);
  a.server.commit('committed', 5, 15, 'x'.repeat(5_000));
  a.server.commit('committed', 5, 15, 'last');
  await a.server.close();
  const admin = await kafka.admin();
  const groupId = kafka.groupId('committed');
  const [stored] = await admin.fetchOffsets({ groupId, topics: [kafka.topicName('committed')] });
  expect(stored?.partitions.find(({ partition }) => partition === 5)).toMatchObject({
    offset: '15',
    metadata: 'last',
  });
  const b = new Member(['committed'], { groupId: 'committed', fromBeginning: false });
  await waitFor(() => b.got.length === 5);
  expect(b.offsets('committed', 5)).toEqual([15, 16, 17, 18, 19]);
  // A partition without a commit starts at its end, as asked.
  await waitFor(() => b.server.ready);
  await write('committed', 6, 'new');
  await waitFor(() => b.offsets('committed', 6).length === 1);
}, 30_000);

it('keeps group, positions and pauses while the broker is away', async () => {
  const proxy = await KafkaProxy.start(brokers[0] as string);
  closing.push(() => proxy.close());
  const connection = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
  closing.push(() => connection.close());
  for (let i = 0; i < 10; i++) await write('outage', 0, `v${i}`);
  const a = new Member(['outage'], { groupId: 'outage', kafka: connection });
  await waitFor(() => a.got.length === 10);
  a.server.pause([{ topic: 'outage', partition: 1 }]);
  await waitFor(() => performance.now() - a.server.lastHeartbeatMs < 100);
  proxy.down();
  const cutMs = performance.now();
  await write('outage', 0, 'meanwhile');
  await write('outage', 1, 'paused');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(a.server.lastHeartbeatMs).toBeLessThanOrEqual(cutMs);
  expect(await connection.ping(200)).toBe(false);
  proxy.up();
  await waitFor(() => a.got.length === 11);
  await waitFor(() => a.server.lastHeartbeatMs > cutMs);
  expect(a.offsets('outage', 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(a.offsets('outage', 1)).toEqual([]);
  expect([a.assigned.length, a.revoked]).toEqual([1, []]);
  await waitFor(() => connection.ping(1_000));
}, 30_000);

it('gives up everything when the group had given it up, and begins anew where the group is', async () => {
  const proxy = await KafkaProxy.start(brokers[0] as string);
  closing.push(() => proxy.close());
  const connection = new KafkaConnection({ ...settings, socketFactory: proxy.socketFactory }, silent);
  closing.push(() => connection.close());
  const options = { groupId: 'expelled', sessionTimeoutMs: 1_500 };
  // Before it hears of it, an expelled member still reads: what counts is what it does afterwards.
  let gotBefore = 0;
  const hooks = { assigned: () => void (gotBefore = a?.got.length ?? 0) };
  const commit = ({ topic, partition, next }: RecordBatch, member: Member) =>
    member.server.commit(topic, partition, next);
  for (let i = 0; i < 10; i++) await write('expelled', 0, `v${i}`);
  const a: Member = new Member(['expelled'], { ...options, kafka: connection, hooks }, commit);
  await waitFor(() => a.got.length === 10);
  proxy.down();
  const b = new Member(['expelled'], options, commit);
  await waitFor(() => b.partitions.length === 8);
  for (let i = 10; i < 20; i++) await write('expelled', 0, `v${i}`);
  await waitFor(() => b.offsets('expelled', 0).at(-1) === 19);
  await b.server.close();
  const everything = all.map((partition) => `expelled/${partition}`);
  expect(a.revoked).toEqual([]);
  proxy.up();
  await waitFor(() => a.assigned.length === 2);
  expect([a.revoked, a.assigned]).toEqual([[everything], [everything, everything]]);
  await write('expelled', 0, 'after');
  await waitFor(() => a.got.length > gotBefore);
  // Not from its own old position: that was for a member which is no more.
  expect(a.offsets('expelled', 0).slice(gotBefore)).toEqual([20]);
}, 30_000);
