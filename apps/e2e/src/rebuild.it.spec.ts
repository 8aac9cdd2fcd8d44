import { execFile } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { Receiver, waitFor } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { Product } from './testing/product.js';

const root = join(import.meta.dirname, '..', '..', '..');
const events = 40;

let product: Product;
let receiver: Receiver;

beforeAll(async () => {
  product = await Product.start(['standalone']);
  receiver = await Receiver.start();
}, 120_000);

afterAll(async () => {
  await receiver?.close();
  await product?.stop();
});

/** As an operator runs it. */
function rebuild(...args: string[]): Promise<{ code: number; text: string }> {
  const env = {
    PATH: process.env['PATH'],
    KAFKA_BROKERS: product.kafka.brokers.join(','),
    DATABASE_URL: product.database.url,
    POSTHORN_TOPIC_PREFIX: product.kafka.prefix,
    POSTHORN_PARTITIONS: '4',
  };
  const all = [join(root, 'tools', 'rebuild.mjs'), ...args];
  return new Promise((resolve) =>
    execFile(process.execPath, all, { env, timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, text: stdout + stderr }),
    ),
  );
}

async function query<T extends object>(text: string): Promise<T[]> {
  const options = '-c search_path=delivery_log';
  const client = new pg.Client({ connectionString: product.database.url, options });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

it('npm run rebuild makes lost deliveries anew, while the service goes on', async () => {
  const caller = new Caller(product);
  const { id, key } = await caller.tenant('brutlers');
  await caller.brutlersWebhook(key, `${receiver.url}/hook`, ['order.created']);
  const publish = (n: number) =>
    caller.publish(key, {
      ...{ tenantId: id, id: `evt_${n}`, type: 'order.created', entity: { name: 'order', id: `o${n}` } },
      ...{ timestamp: '2026-04-15T10:00:01.234Z', data: { n } },
    });
  for (let n = 0; n < events; n++) expect((await publish(n)).status).toBe(202);
  const listed = () =>
    caller.call<{ items: { entity: object | null }[] }>(
      'GET',
      `/v1/tenants/${id}/deliveries?limit=200&status=delivered`,
      {
        key,
      },
    );
  // What a delivery is about is in its event's row, which another projection writes.
  const isWhole = async () => {
    const { items } = (await listed()).body;
    return items.length === events && items.every(({ entity }) => entity !== null);
  };
  await waitFor(isWhole, { timeoutMs: 60_000 });
  const rows = () => query('SELECT * FROM deliveries ORDER BY delivery_id');
  const before = { listed: (await listed()).body, rows: await rows() };

  await query('DELETE FROM deliveries WHERE seq % 2 = 0');
  await query(`UPDATE deliveries SET status = 'failed'`);
  const { code, text } = await rebuild('--projection', 'deliveries');
  expect([code, text]).toEqual([0, expect.stringMatching(/Made anew from \d+ records/)]);
  expect(await rows()).toEqual(before.rows);
  expect((await listed()).body).toEqual(before.listed);

  expect((await publish(events)).status).toBe(202);
  await waitFor(async () => (await listed()).body.items.length === events + 1, { timeoutMs: 30_000 });
  expect(await rebuild('--projection', 'events')).toMatchObject({
    ...{ code: 1, text: expect.stringContaining('--projection deliveries') as string },
  });
}, 180_000);
