import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Receiver, waitFor } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { Product, services } from './testing/product.js';

let product: Product;
let caller: Caller;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
  product = await Product.start(services);
  caller = new Caller(product);
}, 120_000);

afterAll(async () => {
  await caller?.close();
  await product?.stop();
  await receiver?.close();
}, 60_000);

const eventOf = (tenantId: string, n: number): object => ({
  ...{
    tenantId,
    type: n % 2 ? 'customer.created' : 'order.created',
    entity: { name: 'order', id: `o-${n}` },
  },
  ...{ timestamp: '2026-04-15T10:00:01.234Z', data: { n } },
});

it('a receiver that nobody can call fetches its events in order, and nothing is sent for it or waits', async () => {
  const { id, key } = await caller.tenant('standard');
  const filter = { types: ['order.created'] };
  const { id: polled } = await caller.subscription(id, key, { kind: 'poll', filter, ordering: 'strict' });
  const { id: called } = await caller.subscription(id, key, {
    url: receiver.url,
    filter,
    ordering: 'strict',
  });
  const batch = Array.from({ length: 40 }, (_, n) => eventOf(id, n));
  expect((await caller.publish(key, batch)).status).toBe(202);
  const requests = await receiver.received(20, { timeoutMs: 20_000 });

  type Page = { items: { id: string; body: { data: { n: number } } }[]; cursor: string; hasMore: boolean };
  const items: Page['items'] = [];
  let cursor = '';
  await waitFor(
    async () => {
      const path = `/v1/tenants/${id}/subscriptions/${polled}/poll?limit=7${cursor && `&cursor=${cursor}`}`;
      const { status, body } = await caller.call<Page>('GET', path, { key });
      if (status !== 200) return false;
      items.push(...body.items);
      cursor = body.cursor;
      return items.length === 20;
    },
    { timeoutMs: 20_000 },
  );
  // The same events, in the same order, with the same bodies as who is called gets them.
  expect(items.map((item) => item.id)).toEqual(requests.map(({ headers }) => headers['webhook-id']));
  expect(items.map(({ body }) => body)).toEqual(requests.map(({ rawBody }) => JSON.parse(String(rawBody))));
  const list = async (what: string) =>
    (await caller.call<{ items: { subscriptionId: string }[] }>('GET', `/v1/tenants/${id}/${what}`, { key }))
      .body.items;
  expect(new Set((await list('deliveries')).map(({ subscriptionId }) => subscriptionId))).toEqual(
    new Set([called]),
  );
  expect(await list('waiting')).toEqual([]);
}, 90_000);

it('npm run tail prints a tenant’s deliveries as they happen', async () => {
  const { id, key } = await caller.tenant('standard');
  await caller.subscription(id, key, { url: receiver.url, filter: { types: ['order.created'] } });
  const tool = join(import.meta.dirname, '..', '..', '..', 'tools', 'tail.mjs');
  const { url } = product.app('delivery-log');
  const child = spawn(process.execPath, [tool, id, '--url', url, '--key', key], { stdio: 'pipe' });
  let printed = '';
  let n = 100;
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  try {
    await waitFor(
      async () => {
        await caller.publish(key, eventOf(id, n++));
        return printed.split('\n').length > 2;
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  expect(printed.split('\n')[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} {2}delivered +200 +#1 {2}order\.created {2}sub_\w+ {2}dlv_/,
  );
}, 60_000);
