import { Controller, Inject, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { BatchProducer, KafkaBatchServer, KafkaConnection, type RecordBatch } from '@posthorn/messaging';
import { testDatabase, testKafka, waitFor, type TestDatabase, type TestKafka } from '@posthorn/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database } from './database.js';
import { createLogger } from './logging.js';
import { ProjectionRunner } from './projection.js';
import { projectionOffsetsTable } from './projection-offsets.js';
import { startService, type Service } from './service.js';
import { CommonSettings } from './settings.js';

const partitions = 4;
const topic = 'numbers.v1';
const transport = Symbol('numbers');
const logger = createLogger({ logLevel: 'silent' }, 'test');

class CreateNumbers1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(projectionOffsetsTable);
    await runner.query('CREATE TABLE numbers (id bigserial, partition int, value int)');
  }
  async down(): Promise<void> {}
}

@Controller()
class NumbersConsumer {
  constructor(@Inject(ProjectionRunner) private readonly runner: ProjectionRunner) {}

  @EventPattern<Record<string, RecordBatch>>(topic, transport)
  onNumbers(@Payload() batch: RecordBatch): void {
    this.runner.enqueue(batch);
  }
}

let broker: TestKafka;
let server: TestDatabase;
let kafka: KafkaConnection;
let producer: BatchProducer;
let database: Database;
const running = new Set<Service>();

beforeAll(async () => {
  broker = testKafka();
  server = await testDatabase();
  const settings = { brokers: broker.brokers, clientId: 'test', topicPrefix: broker.prefix };
  kafka = new KafkaConnection(settings, () => undefined);
  await kafka.ensureTopics([{ name: topic, partitions, cleanup: 'delete', retentionMs: -1 }]);
  const bounds = { maxRecords: 50_000, maxBytes: 1e8, batchRecords: 500, batchBytes: 400_000, lingerMs: 0 };
  producer = new BatchProducer(kafka, { name: 'test', ...bounds });
  await producer.start();
  database = newDatabase();
  await database.start();
}, 60_000);

afterAll(async () => {
  for (const service of running) await service.stop();
  await producer.stop(1_000);
  await kafka.close();
  await broker.cleanup();
  await database.stop();
  await server.drop();
}, 60_000);

function newDatabase(): Database {
  const migrations = [CreateNumbers1700000000000];
  return new Database({ url: server.url, schema: 'numbers', migrations, poolMax: 4, logger });
}

async function start(): Promise<Service> {
  const own = newDatabase();
  await own.start();
  const runner: ProjectionRunner = new ProjectionRunner({
    server: () => consumer,
    kafka,
    database: own,
    logger,
    name: 'numbers',
    topics: {
      [topic]: async ({ partition, records }, tx) => {
        const values = records.map(({ value }) => Number(value));
        await tx.query('INSERT INTO numbers (partition, value) SELECT $1, unnest($2::int[])', [
          partition,
          values,
        ]);
      },
    },
    rejected: async () => Promise.reject(new Error('nothing is to be rejected')),
    maxBufferedRecords: 2_000,
    maxBufferedBytes: 10_000_000,
    applyMaxRecords: 300,
  });
  const consumer = new KafkaBatchServer({
    kafka,
    groupId: 'numbers',
    transportId: transport,
    coPartitioned: true,
    startPaused: true,
    fromBeginning: true,
    hooks: runner.hooks,
  });
  @Module({
    controllers: [NumbersConsumer],
    providers: [
      { provide: ProjectionRunner, useValue: runner },
      { provide: KafkaBatchServer, useValue: consumer },
    ],
  })
  class NumbersModule {}
  const settings = Object.assign(new CommonSettings(), { port: 0 });
  const options = { settings, transports: [KafkaBatchServer], logger, ownsProcess: false };
  const service = await startService({ name: 'numbers', module: NumbersModule, ...options });
  const stop = async (): Promise<void> => {
    await service.stop();
    await own.stop();
  };
  const started = { ...service, stop };
  running.add(started);
  await waitFor(() => runner.ready, { timeoutMs: 20_000 });
  return started;
}

it('counts every record once, in order, while instances come and go under load', async () => {
  const total = 24_000;
  let produced = 0;
  const feed = async (count: number): Promise<void> => {
    const all = Array.from({ length: count }, (_, n) => {
      const value = String(produced + n);
      return producer.publish({ topic, partition: (produced + n) % partitions, key: null, value });
    });
    produced += count;
    await Promise.all(all);
  };
  await feed(8_000);
  const first = await start();
  const second = await start();
  await feed(8_000);
  running.delete(first);
  await Promise.all([first.stop(), feed(8_000)]);
  await start();
  running.delete(second);
  await second.stop();

  const count = async (): Promise<number> =>
    (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM numbers'))[0]!.n;
  await waitFor(async () => (await count()) >= total, { timeoutMs: 30_000 });
  expect(await count()).toBe(total);
  const [row] = await database.query<{ values: number; disorder: number }>(
    `SELECT count(DISTINCT value)::int AS values,
            count(*) FILTER (WHERE value < before)::int AS disorder
       FROM (SELECT value, lag(value) OVER (PARTITION BY partition ORDER BY id) AS before FROM numbers) AS n`,
  );
  expect(row).toEqual({ values: total, disorder: 0 });
}, 90_000);
