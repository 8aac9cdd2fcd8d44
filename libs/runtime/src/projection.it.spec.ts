import { testDatabase, waitFor, type TestDatabase } from '@posthorn/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type BulkTransaction, Database, type Transaction } from './database.js';
import { createLogger } from './logging.js';
import { ProjectionRunner, type ProjectionOptions } from './projection.js';
import { projectionOffsetsTable } from './projection-offsets.js';
import type {
  ProjectionBatch,
  ProjectionRecord,
  ProjectionServer,
  TopicPartition,
} from './projection-types.js';

class CreateTables1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(projectionOffsetsTable);
    // No key on purpose: whatever is applied twice stands here twice.
    await runner.query('CREATE TABLE applied (topic text, partition int, "offset" bigint, value text)');
  }
  async down(): Promise<void> {}
}

const logger = createLogger({ logLevel: 'silent' }, 'test');
const rows = `SELECT "offset"::int, value FROM applied ORDER BY "offset", ctid`;

/**
 * A topic of one partition, read the way KafkaBatchServer reads: batches, from the last seek, unless
 * paused.
 */
class FakeServer implements ProjectionServer {
  readonly ready = true;
  readonly seeks: number[] = [];
  paused = true;
  pauses = 0;
  private position: number | undefined;
  private reading: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: ProjectionRecord[],
    private readonly batchRecords: number,
  ) {}

  pause(): void {
    this.paused = true;
    this.pauses++;
  }
  resume(): void {
    this.paused = false;
  }
  seek(_at: TopicPartition, offset: number): void {
    this.seeks.push(offset);
    this.position = offset;
  }
  feed(to: (batch: ProjectionBatch) => void): this {
    this.reading = setInterval(() => this.poll(to), 1);
    return this;
  }
  stop(): void {
    clearInterval(this.reading);
  }

  private poll(to: (batch: ProjectionBatch) => void): void {
    if (this.paused || this.position === undefined) return;
    const from = this.position;
    const records = this.log.filter(({ offset }) => offset >= from).slice(0, this.batchRecords);
    if (records.length === 0) return;
    this.position = records.at(-1)!.offset + 1;
    to({ topic: 'things.v1', partition: 0, records, next: this.position });
  }
}

const record = (offset: number, value = `v${offset}`): ProjectionRecord => ({
  offset,
  key: null,
  value: Buffer.from(value),
  headers: {},
  timestamp: Date.now(),
});
const logOf = (count: number, from = 0): ProjectionRecord[] =>
  Array.from({ length: count }, (_, n) => record(from + n));

async function insert({ topic, partition, records }: ProjectionBatch, tx: Transaction): Promise<void> {
  await tx.query(
    `INSERT INTO applied SELECT $1, $2, o, v FROM unnest($3::bigint[], $4::text[]) AS r (o, v)`,
    [topic, partition, records.map(({ offset }) => offset), records.map(({ value }) => value!.toString())],
  );
}

let server: TestDatabase;
let database: Database;
const stops: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  server = await testDatabase();
  database = await newDatabase();
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await server.drop();
});

async function newDatabase(): Promise<Database> {
  const options = { url: server.url, schema: 'things', poolMax: 4, logger };
  const made = new Database({ ...options, migrations: [CreateTables1700000000000] });
  await made.start();
  stops.push(() => made.stop());
  return made;
}

type Run = { runner: ProjectionRunner; kafka: FakeServer; rejected: number[] };

function run(log: ProjectionRecord[], options: Partial<ProjectionOptions> = {}, batchRecords = 10): Run {
  const kafka = new FakeServer(log, batchRecords);
  const rejected: number[] = [];
  const low = log[0]?.offset ?? 0;
  const runner = new ProjectionRunner({
    server: kafka,
    kafka: { endOffsets: async () => new Map([[0, { low, high: (log.at(-1)?.offset ?? low - 1) + 1 }]]) },
    database,
    logger,
    name: 'things',
    topics: { 'things.v1': insert },
    rejected: async (rejection) => void rejected.push(rejection.record.offset),
    maxBufferedRecords: 1_000,
    maxBufferedBytes: 1_000_000,
    ...options,
  });
  kafka.feed((batch) => runner.enqueue(batch));
  stops.push(
    () => runner.stop(),
    () => kafka.stop(),
  );
  runner.hooks.assigned([{ topic: 'things.v1', partition: 0 }]);
  return { runner, kafka, rejected };
}

const stored = async (): Promise<number | undefined> => {
  const [row] = await database.query<{ next: string }>('SELECT next FROM projection_offsets');
  return row && Number(row.next);
};
const storedIs = (next: number): Promise<unknown> => waitFor(async () => (await stored()) === next);
const offsets = async (): Promise<number[]> =>
  (await database.query<{ offset: number }>(rows)).map(({ offset }) => offset);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a projection', () => {
  it('applies every record once, in order, and goes on where it was after a restart', async () => {
    const log = logOf(95);
    const first = run(log);
    await storedIs(95);
    await first.runner.stop();
    first.kafka.stop();
    log.push(...logOf(5, 95));
    const second = run(log);
    await storedIs(100);
    expect(second.kafka.seeks).toEqual([95]);
    expect(await offsets()).toEqual(upTo(100));
    expect(second.runner.ready).toBe(true);
    expect(second.runner.delayMs).toBe(0);
  });

  it('writes what comes within a moment in one transaction, and much at once', async () => {
    const log = logOf(1);
    const sizes: number[] = [];
    const handler = async (batch: ProjectionBatch, tx: Transaction): Promise<void> => {
      sizes.push(batch.records.length);
      await insert(batch, tx);
    };
    run(log, { topics: { 'things.v1': handler }, gatherMs: 1_000, maxBufferedRecords: 5_000 }, 1_500);
    const startedMs = performance.now();
    await storedIs(1);
    log.push(...logOf(20, 1));
    await storedIs(21);
    expect(performance.now() - startedMs).toBeGreaterThan(900);
    const muchMs = performance.now();
    log.push(...logOf(1_200, 21));
    await storedIs(1_221);
    expect(performance.now() - muchMs).toBeLessThan(900);
    expect(sizes).toEqual([1, 20, 1_200]);
  });

  it('applies what came in meanwhile as one batch', async () => {
    const sizes: number[] = [];
    const handler = async (batch: ProjectionBatch, tx: Transaction): Promise<void> => {
      sizes.push(batch.records.length);
      if (sizes.length === 1) await waitFor(() => buffered() >= 200);
      await insert(batch, tx);
    };
    let seen = 0;
    const buffered = (): number => seen;
    const { runner, kafka } = run(logOf(200), { topics: { 'things.v1': handler } });
    kafka.stop();
    kafka.feed((batch) => {
      seen += batch.records.length;
      runner.enqueue(batch);
    });
    await storedIs(200);
    expect(sizes).toEqual([10, 190]);
  });

  it('takes no more than its bound, and goes on below half of it', async () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const handler = async (batch: ProjectionBatch, tx: Transaction): Promise<void> => {
      await gate;
      await insert(batch, tx);
    };
    const { kafka, runner } = run(logOf(300), { topics: { 'things.v1': handler }, maxBufferedRecords: 50 });
    await waitFor(() => kafka.pauses === 1);
    expect(runner.delayMs).toBeGreaterThan(0);
    open();
    await storedIs(300);
    expect(kafka.paused).toBe(false);
    expect(await offsets()).toEqual(upTo(300));
  });

  it('counts nothing twice when two instances believe to own the partition', async () => {
    const log = logOf(500);
    run(log, {}, 7);
    run(log, { database: await newDatabase() }, 11);
    await waitFor(async () => (await stored()) === 500, { timeoutMs: 15_000 });
    expect(await offsets()).toEqual(upTo(500));
  });

  it('rejects the one bad record and applies all others in order', async () => {
    const log = logOf(64);
    log[37] = record(37, 'bad\0');
    const { rejected } = run(log, {}, 64);
    await storedIs(64);
    expect(rejected).toEqual([37]);
    expect(await offsets()).toEqual(upTo(64).filter((offset) => offset !== 37));
  });

  it('goes on only when the rejection is kept', async () => {
    let tries = 0;
    const rejected = async (): Promise<void> => {
      if (++tries < 3) throw new Error('Kafka is away');
    };
    const log = [record(0), record(1, 'bad\0'), record(2)];
    run(log, { rejected });
    await storedIs(3);
    expect(tries).toBe(3);
    expect(await offsets()).toEqual([0, 2]);
  });

  it('rejects nothing when the fault is not the records’', async () => {
    await database.query('ALTER TABLE applied RENAME TO hidden');
    const { rejected, runner } = run(logOf(20));
    await waitFor(() => runner.delayMs > 300);
    await database.query('ALTER TABLE hidden RENAME TO applied');
    await storedIs(20);
    expect(rejected).toEqual([]);
    expect(await offsets()).toEqual(upTo(20));
  });

  it('keeps its batch while PostgreSQL cuts every connection, and applies it once', async () => {
    let failures = 3;
    const handler = async (batch: ProjectionBatch, tx: Transaction): Promise<void> => {
      await insert(batch, tx);
      if (failures-- > 0) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
    };
    const { rejected } = run(logOf(30), { topics: { 'things.v1': handler } });
    await storedIs(30);
    expect(rejected).toEqual([]);
    expect(await offsets()).toEqual(upTo(30));
  });

  it('believes the row when the answer to a commit was lost', async () => {
    const { transaction } = database;
    let lost = false;
    database.transaction = async function <T>(
      this: Database,
      work: (tx: BulkTransaction) => Promise<T>,
    ): Promise<T> {
      const result = await transaction.call(this, work as never);
      if (!lost) {
        lost = true;
        throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
      }
      return result as T;
    };
    const { kafka } = run(logOf(40));
    await storedIs(40);
    expect(lost).toBe(true);
    expect(kafka.seeks).toEqual([0]);
    expect(await offsets()).toEqual(upTo(40));
  });

  it('starts at what is left when its records have expired, and anew when the topic was made anew', async () => {
    await database.query(`INSERT INTO projection_offsets VALUES ('things.v1', 0, 5)`);
    const expired = run(logOf(10, 20));
    await storedIs(30);
    expect(expired.kafka.seeks).toEqual([20]);
    await expired.runner.stop();
    expired.kafka.stop();
    await database.query('UPDATE projection_offsets SET next = 5000');
    const anew = run(logOf(3));
    await storedIs(3);
    expect(anew.kafka.seeks).toEqual([0]);
    expect(await offsets()).toEqual([0, 1, 2, ...upTo(30).slice(20)]);
  });

  it('does not apply everything again when the log only lost its tail', async () => {
    await database.query(`INSERT INTO projection_offsets VALUES ('things.v1', 0, 30)`);
    const log = logOf(25);
    const { kafka } = run(log);
    await waitFor(() => kafka.seeks.length > 0);
    log.push(record(25, 'new'));
    await storedIs(26);
    expect(kafka.seeks).toEqual([25]);
    expect(await database.query(rows)).toEqual([{ offset: 25, value: 'new' }]);
  });

  it('drops what it holds when the partition is taken away, and reads it again when it comes back', async () => {
    let calls = 0;
    const handler = async (batch: ProjectionBatch, tx: Transaction): Promise<void> => {
      calls++;
      await insert(batch, tx);
    };
    const { runner, kafka } = run(logOf(10), { topics: { 'things.v1': handler } }, 2);
    const at = { topic: 'things.v1', partition: 0 };
    await waitFor(() => calls > 0);
    runner.hooks.revoked([at]);
    kafka.pause();
    expect(runner.assigned).toEqual([]);
    runner.hooks.assigned([at]);
    await storedIs(10);
    expect(await offsets()).toEqual(upTo(10));
  });
});
