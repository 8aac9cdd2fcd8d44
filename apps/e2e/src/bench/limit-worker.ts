import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import { Pool } from 'undici';

/** One thing that no delivery can do without, done alone in a process of its own, to weigh it. */
export type LimitOrder =
  | { kind: 'post'; url: string; count: number }
  | { kind: 'produce'; brokers: string[]; topic: string; count: number }
  | { kind: 'insert'; databaseUrl: string; schema: string; count: number };
/** `began` and `done` are told apart, so that what others spent in between can be read. */
export type LimitAnswer = { began: true } | { elapsedMs: number; cpuUs: number } | { error: string };

/** Done before the measured part: a cold process costs more. */
const warmUpShare = 0.2;
const connections = 64;
const sendRecords = 500;
const insertRows = 2_000;
const body = Buffer.from(
  JSON.stringify({
    type: 'order.changed',
    timestamp: new Date().toISOString(),
    data: { note: 'x'.repeat(410) },
  }),
);

type Work = { run(count: number): Promise<void>; close(): Promise<void> };

function posting(url: string): Work {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const key = createSecretKey(randomBytes(32));
  const run = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let [started, ended] = [0, 0];
      const next = (): void => {
        if (started < count) post(started++);
        else if (ended === count) resolve();
      };
      const handler = {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => {
          ended++;
          next();
        },
        onResponseError: (_: unknown, error: Error) => reject(error),
      };
      const post = (n: number): void => {
        const headers = signed(key, `evt_${n}`);
        pool.dispatch({ method: 'POST', path: pathname, headers, body }, handler);
      };
      for (let i = 0; i < connections; i++) next();
    });
  return { run, close: () => pool.destroy() };
}

/** As Standard Webhooks has it. */
function signed(key: KeyObject, id: string): string[] {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  const auth = ['webhook-timestamp', timestamp, 'webhook-signature', `v1,${signature}`];
  return ['content-type', 'application/json', 'webhook-id', id, ...auth];
}

/** One send at a time, as an idempotent producer of kafkajs has to; acknowledged by all replicas. */
async function producing(brokers: string[], topic: string): Promise<Work> {
  const kafka = new Kafka({ brokers, clientId: 'bench-limit', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const run = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += sendRecords) {
      const length = Math.min(sendRecords, count - n);
      const messages = Array.from({ length }, (_, i) => ({ key: `tenant-${(n + i) % 20}`, value: body }));
      await producer.send({ topic, messages, acks: -1 });
    }
  };
  return { run, close: () => producer.disconnect() };
}

/** Rows as wide as those of attempts, a transaction per batch. */
async function inserting(databaseUrl: string, schema: string): Promise<Work> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
  await client.query(
    `CREATE TABLE ${schema}.attempt (delivery_id text, attempt int, tenant_id text, event_id text, status int,
       at timestamptz, PRIMARY KEY (delivery_id, attempt));
     CREATE INDEX ON ${schema}.attempt (tenant_id, at)`,
  );
  let made = 0;
  const run = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += insertRows) {
      const rows = Array.from({ length: Math.min(insertRows, count - n) }, () => made++);
      await client.query(
        `INSERT INTO ${schema}.attempt SELECT d, 1, t, e, 200, now() FROM unnest($1::text[], $2::text[],
           $3::text[]) AS r (d, t, e)`,
        [
          rows.map((i) => `dlv_${String(i).padStart(26, '0')}`),
          rows.map((i) => `tenant-${i % 20}`),
          rows.map((i) => `evt_${String(i).padStart(26, '0')}`),
        ],
      );
    }
  };
  const close = async (): Promise<void> => {
    await client.query(`DROP SCHEMA ${schema} CASCADE`);
    await client.end();
  };
  return { run, close };
}

async function obey(order: LimitOrder): Promise<void> {
  const work =
    order.kind === 'post'
      ? posting(order.url)
      : await (order.kind === 'produce'
          ? producing(order.brokers, order.topic)
          : inserting(order.databaseUrl, order.schema));
  await work.run(Math.ceil(order.count * warmUpShare));
  say({ began: true });
  const [before, startedMs] = [process.cpuUsage(), performance.now()];
  await work.run(order.count);
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  say({ elapsedMs, cpuUs: user + system });
  await work.close();
}

function say(answer: LimitAnswer): void {
  process.send?.(answer);
}

process.once('disconnect', () => process.exit(0));
process.once('message', (order: LimitOrder) => {
  obey(order)
    .catch((error: unknown) => say({ error: String(error) }))
    .finally(() => process.disconnect());
});
