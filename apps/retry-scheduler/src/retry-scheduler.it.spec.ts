import {
  cursorsTopic,
  decodeDue,
  decodeRejected,
  dueTopic,
  encodeCursors,
  encodeRetry,
  laneKey,
  rejectedTopic,
  retriesTopic,
  subscriptionKey,
  type DueMessage,
  type LaneDue,
  type LaneMessage,
  type ParkedLane,
  type RetryMessage,
} from '@posthorn/contracts';
import { BatchProducer, KafkaConnection, partitionFor } from '@posthorn/messaging';
import { createLogger, startService, type Service } from '@posthorn/runtime';
import { testDatabase, testKafka, waitFor, type TestDatabase, type TestKafka } from '@posthorn/testing';
import type { Consumer } from 'kafkajs';
import pg from 'pg';
import { RETRY_SCHEDULER_TRANSPORT, RetrySchedulerModule, RetrySchedulerSettings } from './index.js';

const partitions = 4;
const leadMs = 150;
const leaseMs = 600;
const logger = createLogger({ logLevel: 'silent' }, 'test');

type Token = {
  at: number;
  partition: number;
  key: string;
  headers: Record<string, string>;
  message: DueMessage;
};

let broker: TestKafka;
let kafka: KafkaConnection;
let producer: BatchProducer;
let server: TestDatabase;
let consumer: Consumer;
const tokens: Token[] = [];
const rejected: ReturnType<typeof decodeRejected>[] = [];
const running = new Set<Service>();

async function start(): Promise<Service> {
  const settings = Object.assign(new RetrySchedulerSettings(), {
    kafkaBrokers: broker.brokers,
    topicPrefix: broker.prefix,
    databaseUrl: server.url,
    partitions,
    port: 0,
    leadMs,
    leaseMs,
  });
  const service = await startService({
    name: 'retry-scheduler',
    module: RetrySchedulerModule.register(settings),
    settings,
    transports: [RETRY_SCHEDULER_TRANSPORT],
    logger,
    ownsProcess: false,
  });
  running.add(service);
  await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { timeoutMs: 20_000 });
  return service;
}

async function stop(service: Service): Promise<void> {
  running.delete(service);
  await service.stop();
}

const partitionOf = (tenantId: string): number => partitionFor(tenantId, partitions);

const parked = (lane: Partial<ParkedLane> & { tenantId: string }): ParkedLane => ({
  kind: 'parked',
  subscriptionId: 'sub_1',
  lane: '0',
  cursor: 7,
  attempt: 1,
  dueAt: Date.now(),
  failingSince: null,
  reason: 'failing',
  ...lane,
});

const writeLane = (lane: LaneMessage): Promise<void> => write(lane, encodeCursors(lane));

async function write(
  { tenantId, subscriptionId, lane }: Pick<LaneMessage, 'tenantId' | 'subscriptionId' | 'lane'>,
  value: Buffer | null,
): Promise<void> {
  const key = laneKey(tenantId, subscriptionId, lane);
  await producer.publish({ topic: cursorsTopic.name, partition: partitionOf(tenantId), key, value });
}

const retry = (message: Partial<RetryMessage> & { tenantId: string; deliveryId: string }): RetryMessage => ({
  subscriptionId: 'sub_1',
  seq: 3,
  attempt: 1,
  dueAt: Date.now(),
  event: Buffer.from('{"head":1}\n{"data":"\\u00e4 1.0"}'),
  ...message,
});

async function writeRetry(message: RetryMessage, headers: Record<string, string> = {}): Promise<void> {
  await producer.publish({
    topic: retriesTopic.name,
    partition: partitionOf(message.tenantId),
    key: subscriptionKey(message.tenantId, message.subscriptionId),
    value: encodeRetry(message),
    headers,
  });
}

const of = (tenantId: string): Token[] => tokens.filter(({ message }) => message.tenantId === tenantId);
const cursorsOf = (tenantId: string): number[] =>
  of(tenantId).map(({ message }) => (message as LaneDue).cursor);
const until = (condition: () => boolean): Promise<unknown> => waitFor(condition, { timeoutMs: 15_000 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function sql<T extends object>(text: string, params: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<T>(text, params)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  broker = testKafka();
  server = await testDatabase();
  const settings = { brokers: broker.brokers, clientId: 'test', topicPrefix: broker.prefix };
  kafka = new KafkaConnection(settings, () => undefined);
  const topics = [cursorsTopic, retriesTopic, dueTopic];
  await kafka.ensureTopics([
    ...topics.map((topic) => ({ ...topic, partitions })),
    { ...rejectedTopic, partitions: 1 },
  ]);
  const bounds = { maxRecords: 10_000, maxBytes: 1e7, batchRecords: 500, batchBytes: 400_000, lingerMs: 0 };
  producer = new BatchProducer(kafka, { name: 'test', ...bounds });
  await producer.start();
  consumer = kafka.newClient().consumer({ groupId: kafka.groupId('test'), maxWaitTimeInMs: 50 });
  await consumer.connect();
  const names = [dueTopic, rejectedTopic].map(({ name }) => kafka.topicName(name));
  await consumer.subscribe({ topics: names, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message: { key, value, headers, timestamp } }) => {
      if (topic === names[1]) return void rejected.push(decodeRejected(value));
      tokens.push({
        at: Number(timestamp),
        partition,
        key: String(key),
        headers: Object.fromEntries(
          Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
        ),
        message: decodeDue(value),
      });
    },
  });
}, 60_000);

afterAll(async () => {
  await consumer.disconnect();
  await producer.stop(1_000);
  await kafka.close();
  await broker.cleanup();
  await server.drop();
}, 60_000);

afterEach(async () => {
  for (const service of running) await stop(service);
}, 30_000);

describe('a parked lane', () => {
  it('gets its token in time, never before the lead, with the exact time in it', async () => {
    await start();
    const first = Date.now() + 500;
    const lanes = Array.from({ length: 20 }, (_, n) =>
      parked({ tenantId: 'punctual', lane: String(n), dueAt: first + n * 47, cursor: n }),
    );
    await Promise.all(lanes.map(writeLane));
    await until(() => new Set(cursorsOf('punctual')).size === 20);
    const late = lanes.map(({ cursor, dueAt }) => {
      const token = of('punctual').find(({ message }) => (message as LaneDue).cursor === cursor)!;
      expect(token.message).toEqual({
        kind: 'lane',
        tenantId: 'punctual',
        subscriptionId: 'sub_1',
        lane: String(cursor),
        cursor,
        attempt: 1,
        dueAt,
      });
      expect(token.partition).toBe(partitionOf('punctual'));
      expect(token.key).toBe(subscriptionKey('punctual', 'sub_1'));
      return token.at - (dueAt - leadMs);
    });
    late.sort((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    expect(late[10]).toBeLessThan(leadMs / 2);
    expect(late[19]).toBeLessThan(leadMs);
  }, 30_000);

  it.each([
    ['it is behind', (lane: ParkedLane) => writeLane({ ...lane, kind: 'behind' })],
    ['it is live', (lane: ParkedLane) => write(lane, null)],
    ['it is parked for later', (lane: ParkedLane) => writeLane({ ...lane, dueAt: Date.now() + 600_000 })],
  ])(
    'gets it again every lease until %s',
    async (name, replace) => {
      await start();
      const lane = parked({ tenantId: name });
      await writeLane(lane);
      await until(() => of(name).length >= 3);
      const [one, two, three] = of(name) as [Token, Token, Token];
      for (const gap of [two.at - one.at, three.at - two.at]) {
        expect(gap).toBeGreaterThanOrEqual(leaseMs - leadMs);
        expect(gap).toBeLessThan(leaseMs + 400);
      }
      await replace(lane);
      // What is on its way may still come; then a whole lease stays silent.
      await pause(leaseMs / 2);
      const count = of(name).length;
      await pause(leaseMs * 1.5);
      expect(of(name)).toHaveLength(count);
    },
    30_000,
  );
});

describe('a delivery that waits alone', () => {
  it('comes back once, with its event byte for byte, its fields and its trace', async () => {
    await start();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const event = Buffer.concat([
      Buffer.from('{"a":1}\n'),
      Buffer.from([0, 10, 255, 254]),
      Buffer.from('ä😀'),
    ]);
    const message = retry({
      tenantId: 'alone',
      deliveryId: 'dlv_1',
      dueAt: Date.now() + 400,
      event,
      replayId: 'r1',
    });
    await writeRetry({ ...message, fromANewerDispatcher: true } as RetryMessage, { traceparent });
    await until(() => of('alone').length === 1);
    const [token] = of('alone') as [Token];
    expect(token.message).toEqual({ kind: 'delivery', ...message, fromANewerDispatcher: true });
    expect(token).toMatchObject({ partition: partitionOf('alone'), headers: { traceparent } });
    expect(token.key).toBe(subscriptionKey('alone', 'sub_1'));
    expect(token.at - (message.dueAt - leadMs)).toBeGreaterThanOrEqual(0);
    await waitFor(async () => (await sql('SELECT 1 FROM retry_scheduler.delivery_timers')).length === 0);
    await pause(leaseMs * 1.5);
    expect(of('alone')).toHaveLength(1);
  }, 30_000);

  it('has one timer: a later word about it takes the place of the earlier one', async () => {
    await start();
    const later = retry({ tenantId: 'sooner', deliveryId: 'dlv_2', dueAt: Date.now() + 1_500 });
    await writeRetry(later);
    await writeRetry({ ...later, dueAt: Date.now() });
    await until(() => of('sooner').length === 1);
    await pause(2_000);
    expect(of('sooner')).toHaveLength(1);
  }, 30_000);
});

describe('retry-scheduler', () => {
  it('loses nothing when two instances share the partitions and one of them goes', async () => {
    const [first] = await Promise.all([start(), start()]);
    const tenants = Array.from({ length: 200 }, (_, n) => `shared-${n}`);
    expect(new Set(tenants.map(partitionOf)).size).toBe(partitions);
    const dueAt = Date.now() + 1_000;
    await Promise.all(
      tenants.map((tenantId, n) =>
        n % 2
          ? writeLane(parked({ tenantId, dueAt: dueAt + n * 10 }))
          : writeRetry(retry({ tenantId, deliveryId: `dlv_${tenantId}`, dueAt: dueAt + n * 10 })),
      ),
    );
    await until(() => tenants.filter((tenantId) => of(tenantId).length > 0).length > 50);
    await stop(first);
    await until(() => tenants.every((tenantId) => of(tenantId).length > 0));
    for (const tenantId of tenants) expect(of(tenantId)[0]!.at).toBeGreaterThanOrEqual(dueAt - leadMs);
  }, 60_000);

  it('hands over after a restart what came or was due while it was away', async () => {
    const first = await start();
    await writeLane(parked({ tenantId: 'away-1', dueAt: Date.now() + 1_000 }));
    await waitFor(
      async () => (await sql(`SELECT 1 FROM retry_scheduler.lane_timers WHERE tenant_id = 'away-1'`)).length,
    );
    await stop(first);
    await writeRetry(retry({ tenantId: 'away-2', deliveryId: 'dlv_away' }));
    await pause(1_000);
    expect([...of('away-1'), ...of('away-2')]).toEqual([]);
    await start();
    await until(() => of('away-1').length > 0 && of('away-2').length > 0);
  }, 60_000);

  it('rejects a record that nobody can decode, and goes on behind it', async () => {
    await start();
    const tenantId = 'broken';
    const lane = { tenantId, subscriptionId: 'sub_1', lane: '0' };
    await write(lane, Buffer.from('{"kind":"parked"}'));
    await writeLane(parked({ ...lane, lane: '1' }));
    await until(() => of(tenantId).length > 0 && rejected.length > 0);
    expect(rejected[0]).toMatchObject({
      service: 'retry-scheduler',
      topic: kafka.topicName(cursorsTopic.name),
      partition: partitionOf(tenantId),
      key: laneKey(tenantId, 'sub_1', '0'),
      reason: expect.stringContaining('tenantId'),
      original: Buffer.from('{"kind":"parked"}'),
    });
  }, 30_000);
});
