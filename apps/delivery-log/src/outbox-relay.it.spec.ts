import {
  allTopics,
  decodeAuditNote,
  decodeEvents,
  decodeRetries,
  type EventMessage,
  partitionsFor,
} from '@posthorn/contracts';
import { KafkaConnection, partitionFor } from '@posthorn/messaging';
import { type Database, Metrics } from '@posthorn/runtime';
import {
  apiKeys,
  KafkaProxy,
  readTopic,
  testDatabase,
  type TestDatabase,
  testKafka,
  type TestKafka,
  waitFor,
} from '@posthorn/testing';
import { fillAuditOutbox } from './audit-notes.js';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { LogProducer } from './log-producer.client.js';
import { fillForgetOutbox } from './outbox.js';
import { OutboxRelayService } from './outbox-relay.service.js';
import { ErasureOrderStore } from './erasure-order.store.js';
import { ReplayStore } from './replay.store.js';
import { RetryOrderService } from './retry-order.service.js';
import { attempt, attemptRecords, control, event, eventRecords } from './testing/builders.js';
import { Instance, logger, openDatabase, truncate } from './testing/harness.js';

const partitions = 4;

let broker: TestKafka;
let stores: TestDatabase;
let proxy: KafkaProxy;
let db: Database;
let kafka: KafkaConnection;
let producer: LogProducer;

beforeAll(async () => {
  broker = testKafka();
  stores = await testDatabase();
  db = await openDatabase(stores.url);
  proxy = await KafkaProxy.start(broker.brokers[0]);
  kafka = new KafkaConnection(
    {
      brokers: broker.brokers,
      clientId: 'test',
      topicPrefix: broker.prefix,
      socketFactory: proxy.socketFactory,
    },
    () => undefined,
  );
  producer = new LogProducer(Object.assign(new DeliveryLogSettings(), { partitions }), kafka, new Metrics());
  await producer.start(allTopics);
  await kafka.ensureTopics(
    allTopics.map((topic) => ({ ...topic, partitions: partitionsFor(topic, partitions) })),
  );
}, 60_000);

afterAll(async () => {
  await producer?.stop();
  await kafka?.close();
  await proxy?.close();
  await db?.stop();
  await broker?.cleanup();
  await stores?.drop();
}, 60_000);

beforeEach(() => truncate(db));
afterEach(() => proxy.up());

async function told(): Promise<string[]> {
  // A partition that is new may still be without its leader.
  const records = await waitFor(() => readTopic(broker.brokers, `${broker.prefix}events.v1`));
  return records.map(({ value }) => (decodeEvents(Buffer.from(value ?? '')) as EventMessage).entity!.id);
}
const waiting = async () => (await db.query('SELECT 1 FROM outbox')).length;

const by = { actor: 'usr_1', origin: '203.0.113.7' };
const notes = async () =>
  (await db.query<{ value: Buffer }>('SELECT value FROM audit_outbox ORDER BY id')).map(({ value }) =>
    decodeAuditNote(value),
  );

/** Deliveries that failed, one after the other, in the outbox. */
async function fail(...ids: string[]): Promise<void> {
  const instance = new Instance(db);
  const listener = control({ id: 'sub_ops', profile: 'standard', filter: { types: ['posthorn.*'] } });
  await instance.apply('events', eventRecords([listener]));
  for (const deliveryId of ids)
    await instance.apply(
      'attempts',
      attemptRecords([attempt({ deliveryId, final: true, startedAt: Date.now() })]),
    );
}

it('hands over in order, once, and nothing stays', async () => {
  await fail('dlv_1', 'dlv_2', 'dlv_3');
  const relays = [1, 2].map(() => new OutboxRelayService(db, producer, logger));
  const steps = await Promise.all(relays.map((relay) => relay.step()));
  // One of the two had its turn, or both one after the other.
  expect(steps).toContain(true);
  expect(await told()).toEqual(['dlv_1', 'dlv_2', 'dlv_3']);
  expect(await waiting()).toBe(0);
  expect(await relays[0].step()).toBe(false);
});

it('keeps what Kafka has not acknowledged, and hands it over when it is back', async () => {
  const before = await told();
  await fail('dlv_4');
  const relay = new OutboxRelayService(db, producer, logger);
  proxy.down();
  await expect(relay.step()).rejects.toThrow(/Kafka/);
  expect(await waiting()).toBe(1);
  proxy.up();
  await waitFor(() => relay.step().catch(() => false), { timeoutMs: 20_000 });
  expect(await waiting()).toBe(0);
  const added = (await told()).slice(before.length);
  // At least once: what was on its way when Kafka went may have been written by then.
  expect(new Set(added)).toEqual(new Set(['dlv_4']));
}, 40_000);

it('runs by itself until it is stopped', async () => {
  await fail('dlv_5');
  const relay = new OutboxRelayService(db, producer, logger);
  relay.onApplicationBootstrap();
  await waitFor(async () => (await waiting()) === 0);
  await relay.beforeApplicationShutdown();
  expect(await told()).toContain('dlv_5');
});

it('tells retry-scheduler what to forget, where it reads of the tenant', async () => {
  const message = { kind: 'forget' as const, tenantId: 'vendor-17', subscriptionId: 'sub_1' };
  const forgets = ['dlv_7', 'dlv_8', 'dlv_7'].map((deliveryId, i) => ({
    ...{ ...message, deliveryId, acceptedBefore: 1_000 + i },
  }));
  await db.transaction((tx) => fillForgetOutbox(tx, forgets));
  const relay = new OutboxRelayService(db, producer, logger);
  while (await relay.step());
  const records = await readTopic(broker.brokers, `${broker.prefix}retries.v1`);
  expect(records.map(({ value, partition }) => [decodeRetries(Buffer.from(value ?? '')), partition])).toEqual(
    [forgets[2], forgets[1]].map((each) => [each, partitionFor('vendor-17', partitions)]),
  );
  expect(await db.query('SELECT 1 FROM forget_outbox')).toEqual([]);
});

it('an order that Kafka does not acknowledge is answered as unavailable', async () => {
  const instance = new Instance(db);
  await instance.apply('events', eventRecords([control(), event({ acceptedAt: Date.now() })]));
  const record = attempt({ final: true, seq: 1 });
  await instance.apply('attempts', attemptRecords([record]));
  const orders = new RetryOrderService(instance.deliveries, instance.events, producer, db);
  proxy.holdRequests(apiKeys.produce);
  await expect(orders.give('vendor-17', record.deliveryId, by)).rejects.toMatchObject({
    ...{ code: 'unavailable', headers: { 'retry-after': '2' } },
  });
  proxy.release();
  await waitFor(() => orders.give('vendor-17', record.deliveryId, by).catch(() => undefined), {
    timeoutMs: 20_000,
  });
}, 40_000);

describe('who ordered what', () => {
  const [replays, erasures] = [() => new ReplayStore(db), () => new ErasureOrderStore(db)];
  const to = new Date('2026-04-15T12:00:00Z');
  const order = (openMax = 1) =>
    replays().create(
      'vendor-17',
      {
        ...{ subscriptionId: 'sub_1', targetSubscriptionId: 'sub_2', kind: 'range' as const },
        ...{ from: null, to, filter: { entityName: 'customer', entityId: 'Jane' } },
      },
      { partition: 0, untilSeq: 9 },
      { total: { count: 1, estimated: false }, orderedAt: new Date(), openMax, by },
    );
  const erase = () =>
    erasures().create('vendor-17', { kind: 'entity', entity: { name: 'customer', id: 'Jane' } }, by);
  beforeEach(() => db.query('TRUNCATE replays'));

  it('is noted with the order, without what may have to be erased, and not where it is refused', async () => {
    const before = Date.now();
    const replay = await order();
    expect(await order()).toBeUndefined();
    expect(await replays().cancel('other', replay!.id, by)).toBeUndefined();
    await replays().cancel('vendor-17', replay!.id, { actor: 'key_2', origin: null });
    expect(await replays().cancel('vendor-17', replay!.id, by)).toBeUndefined();
    const erasure = await erase();
    const found = await notes();
    expect(found).toMatchObject([
      {
        ...{ id: `${replay!.id}/created`, tenantId: 'vendor-17', kind: 'replay.created', ...by },
        ...{ subjectId: replay!.id },
      },
      { kind: 'replay.cancelled', subjectId: replay!.id, actor: 'key_2', origin: null },
      { kind: 'erasure.created', subjectId: erasure.id, ...by },
    ]);
    expect(found.map(({ details }) => details)).toEqual([
      {
        ...{ kind: 'range', subscriptionId: 'sub_1', targetSubscriptionId: 'sub_2' },
        ...{ from: null, to: to.toISOString() },
      },
      { subscriptionId: 'sub_1' },
      { kind: 'entity', subscriptionId: null, entityName: 'customer' },
    ]);
    for (const { at } of found) expect(at).toBeGreaterThanOrEqual(before);
    expect(JSON.stringify(found)).not.toContain('Jane');
  });

  it('is noted or not ordered', async () => {
    const replay = await order();
    await db.query('ALTER TABLE audit_outbox RENAME TO away');
    try {
      await expect(order(2)).rejects.toThrow('audit_outbox');
      await expect(replays().cancel('vendor-17', replay!.id, by)).rejects.toThrow('audit_outbox');
      await expect(erase()).rejects.toThrow('audit_outbox');
    } finally {
      await db.query('ALTER TABLE away RENAME TO audit_outbox');
    }
    expect(await db.query('SELECT status FROM replays UNION ALL SELECT status FROM erasures')).toEqual([
      { status: 'queued' },
    ]);
  });

  it('goes to its own topic, keyed by tenant, beside what the log tells', async () => {
    await fail('dlv_6');
    const note = {
      tenantId: 'vendor-17',
      kind: 'delivery.retried',
      subjectId: 'dlv_6',
      details: {},
    } as const;
    for (const id of ['a', 'b', 'a']) await fillAuditOutbox(db, by, { ...note, id });
    const relay = new OutboxRelayService(db, producer, logger);
    while (await relay.step());
    const records = await readTopic(broker.brokers, `${broker.prefix}audit-notes.v1`);
    expect(records.map(({ key }) => key)).toEqual(['vendor-17', 'vendor-17']);
    const handed = records.map(({ value }) => decodeAuditNote(Buffer.from(value ?? '')).id);
    expect(handed).toEqual(['a', 'b']);
    expect(await notes()).toEqual([]);
    expect(await told()).toContain('dlv_6');
  });
});
