import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { testKafka, waitFor } from '@posthorn/testing';
import { BatchProducer } from './batch-producer.js';
import { KafkaBatchServer } from './kafka-batch-server.js';
import { KafkaConnection } from './kafka-connection.js';
import type { LogFn } from './kafka-log.js';
import type { RecordBatch } from './records.js';

const { brokers, prefix, cleanup } = testKafka();
const settings = { brokers, clientId: 'it', topicPrefix: prefix };
const kafka = new KafkaConnection(settings, () => undefined);
const producer = new BatchProducer(kafka, {
  name: 'it',
  maxRecords: 10_000,
  maxBytes: 16 * 1024 * 1024,
  batchRecords: 500,
  batchBytes: 500_000,
  lingerMs: 0,
});
const closing: (() => Promise<unknown>)[] = [];
const partitions = 8;

beforeAll(async () => {
  const topics = ['nest', 'broken'];
  await kafka.ensureTopics(
    topics.map((name) => ({ name, partitions, cleanup: 'delete' as const, retentionMs: 3_600_000 })),
  );
  await producer.start();
}, 20_000);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await producer.stop(1_000);
  await kafka.close();
  await cleanup();
}, 20_000);

const write = (topic: string, partition: number, value: string) =>
  producer.publish({ topic, partition, key: null, value });

describe('in a Nest application', () => {
  const TRANSPORT = Symbol('mine');
  const OTHER = Symbol('other');
  const batches: RecordBatch[] = [];
  const failures: number[] = [];

  @Controller()
  class Consumer {
    @EventPattern('nest', TRANSPORT)
    onRecords(@Payload() batch: RecordBatch): void {
      batches.push(batch);
    }

    @EventPattern('broken', TRANSPORT)
    onBroken(@Payload() batch: RecordBatch): void {
      failures.push(...batch.records.map(({ offset }) => offset));
      throw new Error('my fault');
    }

    @EventPattern('load', OTHER)
    onOther(@Payload() _batch: RecordBatch): void {
      throw new Error('not mine');
    }
  }

  @Module({ controllers: [Consumer] })
  class AppModule {}

  it('calls a handler once per batch, with the records of one partition', async () => {
    const logged: string[] = [];
    const log: LogFn = (level, message) => void logged.push(`${level} ${message}`);
    const connection = new KafkaConnection(settings, log);
    closing.push(() => connection.close());
    for (let i = 0; i < 300; i++) void write('nest', 2, `v${i}`);
    for (let i = 0; i < 3; i++) await write('broken', 1, `v${i}`);
    await producer.publish({
      topic: 'nest',
      partition: 3,
      key: Buffer.from('key'),
      value: null,
      headers: { traceparent: 't', packed: Buffer.from([1, 2]) },
    });
    const strategy = new KafkaBatchServer({
      kafka: connection,
      groupId: 'nest',
      transportId: TRANSPORT,
      coPartitioned: true,
      startPaused: false,
      fromBeginning: true,
    });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
      strategy,
      logger: false,
    });
    await app.listen();
    closing.push(() => app.close());
    await waitFor(() => batches.flatMap(({ records }) => records).length === 301);
    await waitFor(() => failures.length === 3);
    // Later batches come although an earlier handler threw, and the failure was logged with its place.
    await write('broken', 1, 'more');
    await waitFor(() => failures.length === 4);
    expect(failures).toEqual([0, 1, 2, 3]);
    expect(logged.filter((line) => line === 'error a batch handler failed').length).toBeGreaterThanOrEqual(2);
    const second = batches.filter(({ partition }) => partition === 2);
    // What lay there came in few calls, not in three hundred.
    expect(second.length).toBeLessThan(20);
    expect(second.flatMap(({ records }) => records.map(({ value }) => String(value)))).toEqual(
      Array.from({ length: 300 }, (_, i) => `v${i}`),
    );
    expect(second.at(-1)).toMatchObject({ topic: 'nest', next: 300, highWatermark: 300 });
    const tombstone = batches.find(({ partition }) => partition === 3)?.records[0];
    expect(tombstone).toMatchObject({ offset: 0, key: Buffer.from('key'), value: null });
    expect(tombstone?.headers).toEqual({ traceparent: Buffer.from('t'), packed: Buffer.from([1, 2]) });
    expect(Math.abs((tombstone?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(strategy.ready).toBe(true);
    expect(strategy.assignment).toHaveLength(2 * partitions);
  }, 30_000);

  it('says so when no handler has its transport id', () => {
    const server = new KafkaBatchServer({
      kafka,
      groupId: 'none',
      transportId: Symbol('nobody'),
      coPartitioned: true,
      startPaused: false,
      fromBeginning: true,
    });
    const errors: unknown[] = [];
    server.listen((error) => errors.push(error));
    expect(String(errors[0])).toContain('no handler');
  });
});
