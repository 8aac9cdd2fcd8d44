import { testDatabase, waitFor, type TestDatabase } from '@posthorn/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database, type Transaction } from './database.js';
import { createLogger } from './logging.js';
import { ProjectionRunner, type ProjectionOptions } from './projection.js';
import { projectionOffsetsTable } from './projection-offsets.js';
import type { ProjectionBatch, SharedHandler } from './projection-types.js';

class CreateTables1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(projectionOffsetsTable);
    // No key on purpose: whatever is applied twice stands here twice.
    await runner.query('CREATE TABLE applied (partition int, "offset" bigint, value text)');
  }
  async down(): Promise<void> {}
}

const topic = 'things.v1';
const partitions = [0, 1, 2, 3, 4];
const logger = createLogger({ logLevel: 'silent' }, 'test');

let server: TestDatabase;
let database: Database;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  server = await testDatabase();
  database = await newDatabase();
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await server.drop();
});

async function newDatabase(): Promise<Database> {
  const made = new Database({
    ...{ url: server.url, schema: 'things', poolMax: 4, logger },
    migrations: [CreateTables1700000000000],
  });
  await made.start();
  stops.push(() => made.stop());
  return made;
}

const recordsOf = (values: string[], from = 0) =>
  values.map((value, i) => ({
    ...{ offset: from + i, key: null, value: Buffer.from(value), headers: {}, timestamp: Date.now() },
  }));

/** What each call was given, and all of it in one statement. */
class Together implements SharedHandler {
  readonly calls: number[][] = [];
  async applyAll(batches: readonly ProjectionBatch[], tx: Transaction): Promise<void> {
    this.calls.push(batches.map(({ partition }) => partition));
    const rows = batches.flatMap(({ partition, records }) =>
      records.map(({ offset, value }) => ({ partition, offset, value: value!.toString() })),
    );
    await tx.query(
      'INSERT INTO applied SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[]) AS r (p, o, v)',
      [
        rows.map(({ partition }) => partition),
        rows.map(({ offset }) => offset),
        rows.map(({ value }) => value),
      ],
    );
  }
}

async function run(handler: SharedHandler, options: Partial<ProjectionOptions> = {}) {
  const rejected: string[] = [];
  const seeks: [number, number][] = [];
  const runner = new ProjectionRunner({
    server: {
      ...{ ready: true, pause: () => undefined, resume: () => undefined },
      seek: ({ partition }, offset) => void seeks.push([partition, offset]),
    },
    kafka: { endOffsets: async () => new Map(partitions.map((at) => [at, { low: 0, high: 1_000 }])) },
    ...{ database, logger, name: 'things', topics: { [topic]: handler } },
    rejected: async ({ partition, record }) => void rejected.push(`${partition}/${record.offset}`),
    ...{ maxBufferedRecords: 10_000, maxBufferedBytes: 10_000_000 },
    ...options,
  });
  stops.push(() => runner.stop());
  runner.hooks.assigned(partitions.map((partition) => ({ topic, partition })));
  await waitFor(() => runner.assigned.length === partitions.length);
  seeks.length = 0;
  const push = (partition: number, values: string[], from = 0): void =>
    runner.enqueue({ topic, partition, records: recordsOf(values, from), next: from + values.length });
  return { runner, rejected, seeks, push };
}

const applied = async (): Promise<string[]> =>
  (
    await database.query<{ text: string }>(
      `SELECT partition || '/' || "offset" || ' ' || value AS text FROM applied ORDER BY partition, "offset", ctid`,
    )
  ).map(({ text }) => text);
const transactions = async (): Promise<number> => {
  const [row] = await database.query<{ n: number }>(
    'SELECT count(DISTINCT xmin::text)::int AS n FROM applied',
  );
  return row.n;
};
const stored = async (): Promise<Record<string, number>> => {
  const rows = await database.query<{ partition: number; next: string }>(
    'SELECT partition, next FROM projection_offsets ORDER BY partition',
  );
  return Object.fromEntries(rows.map(({ partition, next }) => [partition, Number(next)]));
};

it('writes what several partitions have at one moment in one transaction, each with its own offset', async () => {
  const handler = new Together();
  const { push } = await run(handler);
  for (const round of [0, 1]) {
    for (const partition of partitions.toReversed()) push(partition, ['a', 'b'], 2 * round);
    await waitFor(async () => (await applied()).length === 10 * (round + 1));
    expect(handler.calls).toEqual(Array.from({ length: round + 1 }, () => partitions));
    expect(await transactions()).toBe(round + 1);
    expect(await stored()).toEqual(Object.fromEntries(partitions.map((at) => [at, 2 * round + 2])));
  }
});

it('takes no more into one than its bound, in the order they came', async () => {
  const handler = new Together();
  const { push } = await run(handler, { applyMaxRecords: 5 });
  for (const partition of [3, 1, 0, 2]) push(partition, ['a', 'b']);
  await waitFor(async () => (await applied()).length === 8);
  expect(handler.calls).toEqual([
    [1, 3],
    [0, 2],
  ]);
});

it('rejects the one bad record of one partition; nobody else waits for it or loses anything', async () => {
  const { push, rejected } = await run(new Together());
  push(0, ['a']);
  push(1, ['a', 'bad\0', 'c']);
  push(2, ['a']);
  await waitFor(async () => (await applied()).length === 4);
  expect(await applied()).toEqual(['0/0 a', '1/0 a', '1/2 c', '2/0 a']);
  expect(rejected).toEqual(['1/1']);
  expect(await stored()).toEqual({ 0: 1, 1: 3, 2: 1 });
});

it('leaves out a partition that another instance has moved on, and reads it on from there', async () => {
  const { push, seeks } = await run(new Together());
  for (const partition of partitions) push(partition, ['a']);
  await waitFor(async () => (await applied()).length === 5);
  await database.query('UPDATE projection_offsets SET next = 7 WHERE partition = 2');
  for (const partition of partitions) push(partition, ['b'], 1);
  await waitFor(() => seeks.length === 1);
  expect(seeks).toEqual([[2, 7]]);
  expect((await applied()).filter((text) => text.endsWith('b'))).toEqual([
    '0/1 b',
    '1/1 b',
    '3/1 b',
    '4/1 b',
  ]);
  expect(await stored()).toEqual({ 0: 2, 1: 2, 2: 7, 3: 2, 4: 2 });
});

it('counts nothing twice where two instances believe to own the same partitions', async () => {
  const rival = await newDatabase();
  for (let offset = 0; offset < 10; offset++) {
    const [one, other] = [await run(new Together()), await run(new Together(), { database: rival })];
    for (const partition of partitions) one.push(partition, [String(offset)], offset);
    for (const partition of partitions.toReversed()) other.push(partition, [String(offset)], offset);
    await Promise.all([one.runner.stop(), other.runner.stop()]);
    expect(await stored()).toEqual(Object.fromEntries(partitions.map((at) => [at, offset + 1])));
  }
  const expected = partitions.flatMap((at) => Array.from({ length: 10 }, (_, i) => `${at}/${i} ${i}`));
  expect(await applied()).toEqual(expected);
});

const turns = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Waits before it writes, from the moment that somebody says so. */
class Held extends Together {
  held: Promise<void> | undefined;
  release: () => void = () => undefined;
  hold(): void {
    this.held = new Promise((resolve) => (this.release = resolve));
  }
  override async applyAll(batches: readonly ProjectionBatch[], tx: Transaction): Promise<void> {
    await this.mayBegin(batches);
    await super.applyAll(batches, tx);
  }
  protected async mayBegin(_: readonly ProjectionBatch[]): Promise<void> {
    await this.held;
  }
}

it('writes a partition once that was taken away and given back while its piece waited', async () => {
  const handler = new Held();
  const { runner, push } = await run(handler);
  await database.query(`INSERT INTO projection_offsets VALUES ('${topic}', 1, 0)`);
  runner.hooks.assigned([{ topic, partition: 1 }]);
  await waitFor(() => runner.assigned.length === partitions.length);
  handler.hold();
  push(0, ['a']);
  await turns();
  push(1, ['a', 'b']);
  await turns();
  runner.hooks.assigned([{ topic, partition: 1 }]);
  await waitFor(() => runner.assigned.length === partitions.length);
  push(1, ['a']);
  handler.release();
  await waitFor(async () => (await stored())[0] === 1 && (await stored())[1] === 2);
  await runner.stop();
  expect(await applied()).toEqual(['0/0 a', '1/0 a', '1/1 b']);
});

/** What partition 1 has to write takes too long where others are in it, and hangs by itself. */
class Slow extends Held {
  protected override async mayBegin(batches: readonly ProjectionBatch[]): Promise<void> {
    if (!batches.some(({ partition }) => partition === 1)) return;
    if (this.calls.push([]) === 1) throw Object.assign(new Error('too slow'), { code: '57014' });
    await this.held;
  }
}

it('lets nobody wait for a partition whose piece takes too long', async () => {
  const handler = new Slow();
  const { push } = await run(handler);
  handler.hold();
  push(1, ['slow']);
  await waitFor(() => handler.calls.length === 2);
  for (const partition of [0, 2, 3, 4]) push(partition, ['a']);
  await waitFor(async () => (await applied()).length === 4);
  handler.release();
  await waitFor(async () => (await applied()).length === 5);
});

it('gives each partition a transaction of its own where the handler cannot share one', async () => {
  const together = new Together();
  const { push } = await run(together, {
    topics: { [topic]: (batch: ProjectionBatch, tx: Transaction) => together.applyAll([batch], tx) },
  });
  for (const partition of partitions) push(partition, ['a']);
  await waitFor(async () => (await applied()).length === 5);
  expect(await transactions()).toBe(5);
});
