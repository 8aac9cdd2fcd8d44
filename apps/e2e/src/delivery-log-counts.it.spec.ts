import { readFileSync } from 'node:fs';
import { BatchProducer, KafkaConnection, partitionFor } from '@posthorn/messaging';
import { testDatabase, type TestDatabase, testKafka, type TestKafka, waitFor } from '@posthorn/testing';
import pg from 'pg';
import { App, freePorts } from './testing/product.js';

const partitions = 4;
const tenants = Array.from({ length: 12 }, (_, n) => `vendor-${n}`);
const eventsEach = 400;
const acceptedAt = Date.now() - 60_000;

let broker: TestKafka;
let stores: TestDatabase;
let kafka: KafkaConnection;
let producer: BatchProducer;
let instances: App[];

beforeAll(async () => {
  broker = testKafka();
  stores = await testDatabase();
  const env = {
    KAFKA_BROKERS: broker.brokers.join(','),
    DATABASE_URL: stores.url,
    POSTHORN_TOPIC_PREFIX: broker.prefix,
    POSTHORN_PARTITIONS: String(partitions),
  };
  // Many small transactions: a kill finds one of them open. And some so large that rows are copied.
  const batches = ['40', '800'];
  const ports = await freePorts(2);
  instances = ports.map(
    (port, n) => new App('delivery-log', port, { ...env, POSTHORN_LOG_BATCH_RECORDS: batches[n] }),
  );
  await Promise.all(instances.map((app) => app.start()));
  kafka = new KafkaConnection(
    { brokers: broker.brokers, clientId: 'test', topicPrefix: broker.prefix },
    () => undefined,
  );
  const bounds = { maxRecords: 100_000, maxBytes: 1e8, batchRecords: 200, batchBytes: 400_000, lingerMs: 1 };
  producer = new BatchProducer(kafka, { name: 'test', ...bounds });
  await producer.start();
}, 120_000);

afterAll(async () => {
  for (const app of instances ?? []) await app.stop();
  await producer?.stop(1_000);
  await kafka?.close();
  await broker?.cleanup();
  await stores?.drop();
}, 60_000);

/** As the dispatcher writes it: one line of JSON, then the response's body. */
function attempt(tenantId: string, event: number, number: number, delivered: boolean): Buffer {
  const now = Date.now();
  const head = {
    ...{ kind: 'attempt', tenantId, subscriptionId: 'sub_1', deliveryId: `dlv_${tenantId}_${event}` },
    ...{
      eventId: `evt_${tenantId}_${event}`,
      eventType: 'order.created',
      seq: event,
      acceptedAt,
    },
    ...{
      attempt: number,
      outcome: delivered ? 'delivered' : 'failed',
      final: delivered,
      status: delivered ? 200 : 500,
    },
    ...{ url: 'https://receiver.example/hook', startedAt: now, durationMs: 5 },
  };
  return Buffer.from(`${JSON.stringify(head)}\nok`);
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stores.url, options: '-c search_path=delivery_log' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function query<T extends object>(text: string): Promise<T[]> {
  const client = await connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Every pair that has a row, once for each row. */
const storedPairs = () =>
  query<{ pair: string }>(
    `SELECT delivery_id || '/' || attempt AS pair FROM attempts
     UNION ALL SELECT delivery_id || '/' || attempts FROM deliveries WHERE url IS NOT NULL`,
  ).then((rows) => rows.map(({ pair }) => pair));

/**
 * What `pg_ctl restart -m immediate` does: a server process that dies without a good-bye makes PostgreSQL end
 * all the others and recover from its log. Where it runs elsewhere, all its connections are cut.
 */
async function crashPostgres(): Promise<void> {
  // Connections of our own: whether the services have any at this moment, nobody knows.
  const [victim, witness] = await Promise.all([connect(), connect()]);
  const ended = new Promise((resolve) => witness.once('end', resolve));
  const [{ pid }] = (await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
  if (isPostgres(pid)) process.kill(pid, 'SIGKILL');
  else
    await victim.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  await ended;
  await victim.end().catch(() => undefined);
  await waitFor(
    () =>
      query('SELECT 1').then(
        () => true,
        () => false,
      ),
    { timeoutMs: 60_000 },
  );
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres');
  } catch {
    return false;
  }
}

it('each pair of delivery and attempt in the log is counted once, whoever is killed in the middle of it', async () => {
  const pairs = new Set<string>();
  const sent: Promise<unknown>[] = [];
  const write = (from: number, until: number): void => {
    for (let event = from; event < until; event++)
      for (const tenantId of tenants)
        for (let number = 1; number <= 1 + (event % 3); number++) {
          const value = attempt(tenantId, event, number, number === 1 + (event % 3));
          pairs.add(`dlv_${tenantId}_${event}/${number}`);
          const partition = partitionFor(tenantId, partitions);
          // A new owner sends again what was in flight: the same pair, once more.
          for (let copy = 0; copy < (event % 7 === 0 ? 2 : 1); copy++)
            sent.push(producer.publish({ topic: 'attempts.v1', partition, key: tenantId, value }));
        }
  };
  const stored = async () => (await storedPairs()).length;
  const half = async () => waitFor(async () => (await stored()) > pairs.size / 4, { timeoutMs: 60_000 });

  write(0, 100);
  await half();
  await instances[0].kill();
  write(100, 200);
  await instances[0].start();
  await Promise.all(instances.map((app) => app.kill()));
  write(200, 300);
  await Promise.all(instances.map((app) => app.start()));
  await crashPostgres();
  write(300, eventsEach);
  await instances[1].kill();
  await crashPostgres();
  await instances[1].start();
  await Promise.all(sent);

  await waitFor(async () => (await stored()) >= pairs.size, { timeoutMs: 90_000 });
  await waitFor(async () => (await query('SELECT 1 FROM statistics_deltas LIMIT 1')).length === 0, {
    timeoutMs: 30_000,
  });
  const found = await storedPairs();
  expect(found).toHaveLength(pairs.size);
  expect(new Set(found)).toEqual(pairs);
  const [counted] = await query(
    `SELECT sum(attempts)::int AS attempts, sum(delivered)::int AS delivered FROM statistics_days WHERE subscription_id = ''`,
  );
  expect(counted).toEqual({ attempts: pairs.size, delivered: tenants.length * eventsEach });
  const [{ deliveries }] = await query<{ deliveries: number }>(
    `SELECT count(*)::int AS deliveries FROM deliveries WHERE status = 'delivered'`,
  );
  expect(deliveries).toBe(tenants.length * eventsEach);
}, 300_000);
