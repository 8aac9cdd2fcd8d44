import { BatchProducer, KafkaBatchServer, KafkaConnection, type RecordBatch } from '@posthorn/messaging';
import { testDatabase, testKafka, waitFor, type TestDatabase, type TestKafka } from '@posthorn/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database } from './database.js';
import { createLogger } from './logging.js';
import { ProjectionRunner } from './projection.js';
import { projectionOffsetsTable } from './projection-offsets.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const topic = 'short.v1';
const spec = { name: topic, partitions: 1, cleanup: 'delete' as const, retentionMs: -1 };

class CreateValues1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(projectionOffsetsTable);
    // No key on purpose: whatever is applied twice stands here twice.
    await runner.query('CREATE TABLE applied (id bigserial, value text)');
  }
  async down(): Promise<void> {}
}

let broker: TestKafka;
let store: TestDatabase;
let kafka: KafkaConnection;
let producer: BatchProducer;
let database: Database;
let runner: ProjectionRunner;
let server: KafkaBatchServer;

beforeEach(async () => {
  broker = testKafka();
  store = await testDatabase();
  const settings = { brokers: broker.brokers, clientId: 'test', topicPrefix: broker.prefix };
  kafka = new KafkaConnection(settings, () => undefined);
  await kafka.ensureTopics([spec]);
  const bounds = { maxRecords: 50_000, maxBytes: 1e8, batchRecords: 500, batchBytes: 400_000, lingerMs: 0 };
  producer = new BatchProducer(kafka, { name: 'test', ...bounds });
  await producer.start();
  const migrations = [CreateValues1700000000000];
  database = new Database({ url: store.url, schema: 'short', migrations, poolMax: 4, logger });
  await database.start();
  project();
}, 60_000);

afterEach(async () => {
  await runner.stop();
  await server.close();
  await producer.stop(1_000);
  await kafka.close();
  await broker.cleanup();
  await database.stop();
  await store.drop();
}, 60_000);

function project(): void {
  runner = new ProjectionRunner({
    server: () => server,
    kafka,
    database,
    logger,
    name: 'short',
    topics: {
      [topic]: async ({ records }, tx) => {
        const values = records.map(({ value }) => String(value));
        await tx.query('INSERT INTO applied (value) SELECT unnest($1::text[])', [values]);
      },
    },
    rejected: async () => Promise.reject(new Error('nothing is to be rejected')),
    maxBufferedRecords: 2_000,
    maxBufferedBytes: 10_000_000,
  });
  server = new KafkaBatchServer({
    kafka,
    groupId: 'short',
    transportId: Symbol('short'),
    coPartitioned: true,
    startPaused: true,
    fromBeginning: true,
    hooks: runner.hooks,
  });
  server.addHandler(topic, async (batch: RecordBatch) => runner.enqueue(batch), true);
  server.listen((error) => {
    if (error) throw error;
  });
}

async function write(name: string, count: number): Promise<void> {
  const values = Array.from({ length: count }, (_, n) => `${name}${n}`);
  await Promise.all(values.map((value) => producer.publish({ topic, partition: 0, key: null, value })));
}

/** A broker that comes back with less than it had acknowledged; no client is told. */
async function shorten(to: number): Promise<void> {
  const admin = await kafka.admin();
  await admin.deleteTopics({ topics: [kafka.topicName(topic)] });
  await waitFor(async () => !(await admin.listTopics()).includes(kafka.topicName(topic)));
  await kafka.ensureTopics([spec]);
  await write('kept', to);
}

async function applied(): Promise<Record<string, number>> {
  const rows = await database.query<{ name: string; n: number }>(
    `SELECT rtrim(value, '0123456789') AS name, count(*)::int AS n FROM applied GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

it('reads on at the end of a log that loses its tail while it runs', async () => {
  await write('old', 1_050);
  await waitFor(async () => (await applied())['old'] === 1_050);
  await shorten(60);
  await waitFor(
    async () => {
      await write('new', 1);
      return ((await applied())['new'] ?? 0) > 0;
    },
    { timeoutMs: 30_000, intervalMs: 200 },
  );
  expect(await applied()).toMatchObject({ old: 1_050 });
}, 60_000);

it('reads a topic from its start that is made anew while it runs', async () => {
  await write('old', 1_200);
  await waitFor(async () => (await applied())['old'] === 1_200);
  await shorten(20);
  await waitFor(async () => (await applied())['kept'] === 20, { timeoutMs: 30_000 });
  await write('new', 5);
  await waitFor(async () => (await applied())['new'] === 5);
  expect(await applied()).toEqual({ old: 1_200, kept: 20, new: 5 });
}, 60_000);
