import { decodeDue, dueTopic, encodeRetry, type RetryMessage } from '@posthorn/contracts';
import { BatchProducer, KafkaConnection } from '@posthorn/messaging';
import { createLogger, Database } from '@posthorn/runtime';
import { testDatabase, testKafka, waitFor, type TestDatabase, type TestKafka } from '@posthorn/testing';
import type { Consumer } from 'kafkajs';
import pg from 'pg';
import { migrations } from './migrations/index.js';
import { TimerProjection } from './timer.projection.js';
import { TimerService } from './timer.service.js';
import { TimerStore, type DeliveryTimer } from './timer.store.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const leaseMs = 400;
let broker: TestKafka;
let kafka: KafkaConnection;
let producer: BatchProducer;
let server: TestDatabase;
let database: Database;
let consumer: Consumer;
let service: TimerService;
let offset = 0;
const seen: string[] = [];
const refused: string[] = [];

const count = (id: string): number => seen.filter((one) => one === id).length;
const waiting = (): Promise<object[]> => database.query('SELECT delivery_id FROM delivery_timers');

beforeAll(async () => {
  broker = testKafka();
  server = await testDatabase();
  const settings = { brokers: broker.brokers, clientId: 'test', topicPrefix: broker.prefix };
  kafka = new KafkaConnection(settings, () => undefined);
  await kafka.ensureTopics([{ ...dueTopic, partitions: 1 }]);
  const bounds = { maxRecords: 10_000, maxBytes: 2e7, batchRecords: 500, batchBytes: 400_000, lingerMs: 0 };
  producer = new BatchProducer(kafka, { name: 'test', ...bounds });
  await producer.start();
  database = new Database({ url: server.url, schema: 'retry_scheduler', migrations, poolMax: 5, logger });
  await database.start();
  consumer = kafka.newClient().consumer({ groupId: kafka.groupId('test'), maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics: [kafka.topicName(dueTopic.name)], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { value } }) =>
      void seen.push((decodeDue(value) as { deliveryId: string }).deliveryId),
  });
}, 60_000);

afterAll(async () => {
  await consumer.disconnect();
  await producer.stop(1_000);
  await kafka.close();
  await broker.cleanup();
  await database.stop();
  await server.drop();
}, 60_000);

afterEach(async () => {
  await service.stop(5_000);
  await database.query('TRUNCATE delivery_timers');
});

function serve(store = new TimerStore(database)): TimerService {
  service = new TimerService(store, producer, logger, {
    leadMs: 50,
    leaseMs,
    claimMax: 100,
    partitions: () => [0],
    refused: async ({ deliveryId }) => void refused.push(deliveryId),
  });
  return service;
}

async function wait(deliveryId: string, event = Buffer.from('x')): Promise<void> {
  const dueAt = Date.now();
  const retry: RetryMessage = {
    tenantId: 't',
    subscriptionId: 's',
    deliveryId,
    seq: 1,
    attempt: 1,
    dueAt,
    event,
  };
  const record = { offset: offset++, key: null, value: encodeRetry(retry), headers: {}, timestamp: 0 };
  const batch = { topic: 't', partition: 0, records: [record], next: offset };
  await database.transaction((tx) => new TimerProjection().applyRetries(batch, tx));
}

/** Dies between the acknowledgement of Kafka and the deletion of the row, once. */
class DyingStore extends TimerStore {
  deaths = 0;

  override async deleteDeliveries(timers: DeliveryTimer[]): Promise<void> {
    if (this.deaths++ === 0) throw new Error('killed');
    await super.deleteDeliveries(timers);
  }
}

describe('the timer service', () => {
  it('hands a delivery over again after the lease when it died before its row was deleted', async () => {
    const store = new DyingStore(database);
    await wait('dlv_died');
    serve(store).wake();
    await waitFor(() => count('dlv_died') === 1);
    expect(await waiting()).toHaveLength(1);
    await waitFor(() => count('dlv_died') === 2);
    await waitFor(async () => (await waiting()).length === 0);
    expect(store.deaths).toBe(2);
  }, 30_000);

  it('does not try for ever what Kafka will never take', async () => {
    await wait('dlv_huge', Buffer.alloc(700 * 1024));
    await wait('dlv_small');
    serve().wake();
    await waitFor(async () => (await waiting()).length === 0);
    expect(refused).toEqual(['dlv_huge']);
    await waitFor(() => count('dlv_small') === 1);
    expect(count('dlv_huge')).toBe(0);
  }, 30_000);

  it('finds by itself, within a second, what nobody woke it for', async () => {
    serve().wake();
    await waitFor(async () => (await waiting()).length === 0);
    await wait('dlv_silent');
    await waitFor(() => count('dlv_silent') === 1, { timeoutMs: 2_000 });
  }, 30_000);

  it('works through more than one claim without waiting in between', async () => {
    const ids = Array.from({ length: 450 }, (_, n) => `dlv_many_${n}`);
    for (const id of ids) await wait(id);
    const begun = performance.now();
    serve().wake();
    await waitFor(() => ids.every((id) => count(id) === 1));
    expect(performance.now() - begun).toBeLessThan(leaseMs + 1_000);
    await waitFor(async () => (await waiting()).length === 0);
  }, 30_000);

  it('goes on by itself when PostgreSQL cuts its connections again and again', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `dlv_cut_${n}`);
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    serve();
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    for (const [n, id] of ids.entries()) {
      await waitFor(() => wait(id).then(() => true));
      service.wake();
      if (n % 10 === 5) await admin.query(cut);
    }
    await admin.end();
    await waitFor(() => ids.every((id) => count(id) > 0));
    await waitFor(async () => (await waiting()).length === 0);
  }, 30_000);

  it('claims nothing while Kafka is away, and at once when it is back', async () => {
    const down = new BatchProducer(kafka, {
      name: 'late',
      maxRecords: 100,
      maxBytes: 1e6,
      batchRecords: 100,
      batchBytes: 400_000,
      lingerMs: 0,
    });
    service = new TimerService(new TimerStore(database), down, logger, {
      leadMs: 0,
      leaseMs: 60_000,
      claimMax: 100,
      partitions: () => [0],
      refused: async () => undefined,
    });
    await wait('dlv_kafka');
    service.wake();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await database.query('SELECT claims FROM delivery_timers')).toEqual([{ claims: 0 }]);
    await down.start();
    await waitFor(() => count('dlv_kafka') === 1, { timeoutMs: 5_000 });
    await service.stop(1_000);
    await down.stop(1_000);
  }, 30_000);

  it('asks the database once a second while nothing is due', async () => {
    const { nextClaimAtMs } = TimerStore.prototype;
    let asked = 0;
    class CountingStore extends TimerStore {
      override nextClaimAtMs(partitions: number[]): Promise<number | undefined> {
        asked++;
        return nextClaimAtMs.call(this, partitions);
      }
    }
    serve(new CountingStore(database)).wake(Date.now() + 3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThanOrEqual(3);
  }, 30_000);
});
