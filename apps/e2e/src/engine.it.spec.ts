import { type ReceivedRequest, Receiver, waitFor } from '@posthorn/testing';
import pg from 'pg';
import { Caller } from './testing/caller.js';
import { Product, services } from './testing/product.js';

let product: Product;
let caller: Caller;
let receiver: Receiver;

/** How many events wait behind a dead strict receiver; the promise is checked with 200,000 by hand. */
const backlog = Number(process.env.BACKLOG ?? 10_000);
const cutMs = Number(process.env.CUT_MS ?? 8_000);

beforeAll(async () => {
  product = await Product.start(services);
  caller = new Caller(product);
}, 120_000);

afterAll(async () => {
  await caller.close();
  await product.stop();
}, 60_000);

beforeEach(async () => {
  receiver = await Receiver.start();
});

afterEach(async () => {
  await receiver.close();
});

const numberOf = ({ rawBody }: ReceivedRequest): number =>
  (JSON.parse(String(rawBody)) as { data: { n: number } }).data.n;

async function subscription(ordering: string, delaysMs: number[]): Promise<{ id: string; key: string }> {
  const tenant = await caller.tenant('standard');
  await caller.subscription(tenant.id, tenant.key, {
    name: ordering,
    url: receiver.url,
    ordering,
    filter: { types: ['item.changed'] },
    retryPolicy: { delaysMs },
  });
  return tenant;
}

async function publish({ id, key }: { id: string; key: string }, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += 1_000) {
    const events = Array.from({ length: Math.min(1_000, to - first + 1) }, (_, i) => ({
      tenantId: id,
      type: 'item.changed',
      entity: { name: 'item', id: String((first + i) % 7) },
      id: `e-${first + i}`,
      timestamp: '2026-04-15T10:00:01.234Z',
      data: { n: first + i },
    }));
    const { status } = await caller.publish(key, events);
    if (status !== 202) throw new Error(`publish: ${status}`);
  }
}

it(
  'a dead strict receiver costs one row and hardly any memory, whatever waits behind it',
  async () => {
    receiver.answer(500);
    const tenant = await subscription('strict', [1_000, ...Array<number>(48).fill(5_000)]);
    await publish(tenant, 1, 500);
    await receiver.received(1);
    const before = await product.app('dispatcher').heldMiB();
    await publish(tenant, 501, backlog);
    const client = new pg.Client({ connectionString: product.database.url });
    await client.connect();
    const { rows } = await client.query<{ n: string }>(
      'SELECT count(*) AS n FROM retry_scheduler.lane_timers',
    );
    await client.end();
    expect(Number(rows[0].n)).toBe(1);
    expect((await product.app('dispatcher').heldMiB()) - before).toBeLessThan(10);
    receiver.answer(200);
    const all = await receiver.received(backlog, {
      matching: (request) => request.headers['webhook-attempt'] === '1' || numberOf(request) > 1,
      timeoutMs: 30_000 + backlog * 20,
    });
    const numbers = all.map(numberOf).filter((n, i, list) => i === 0 || n !== list[i - 1]);
    expect(numbers).toEqual(Array.from({ length: backlog }, (_, i) => i + 1));
  },
  60_000 + backlog * 25,
);

it('per-entity: a failing entity waits, the others go on, and each entity stays in order', async () => {
  receiver.answer((request) =>
    numberOf(request) === 7 && request.headers['webhook-attempt'] !== '3' ? 500 : 200,
  );
  const tenant = await subscription('per-entity', [700, 700, 700]);
  await publish(tenant, 1, 70);
  const requests = await receiver.received(72);
  const entities = new Map<number, number[]>();
  for (const request of requests) {
    const n = numberOf(request);
    entities.set(n % 7, [...(entities.get(n % 7) ?? []), n]);
  }
  expect(entities.get(0)).toEqual([7, 7, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70]);
  for (let e = 1; e < 7; e++)
    expect(entities.get(e)).toEqual(Array.from({ length: 10 }, (_, i) => e + 7 * i));
  const third = requests.findIndex((r) => r.headers['webhook-attempt'] === '3');
  expect(third).toBeGreaterThanOrEqual(61);
});

it(
  'while PostgreSQL is away healthy deliveries go on; retries resume when it is back',
  async () => {
    receiver.answer((request) =>
      numberOf(request) === 5 && request.headers['webhook-attempt'] === '1' ? 500 : 200,
    );
    const tenant = await subscription('unordered', [1_000, 1_000]);
    await publish(tenant, 1, 1);
    await receiver.received(1);
    product.databaseWay.cut();
    await publish(tenant, 2, 40);
    const during = await receiver.received(40);
    expect(new Set(during.map(numberOf)).size).toBe(40);
    const again = ({ headers }: ReceivedRequest): boolean => headers['webhook-attempt'] === '2';
    const until = performance.now() + cutMs;
    await waitFor(() => performance.now() >= until, { timeoutMs: cutMs + 1_000, intervalMs: 100 });
    expect(receiver.requests.filter(again)).toEqual([]);
    for (const path of ['deliveries', 'events', 'subscriptions']) {
      const { status, body } = await caller.call('GET', `/v1/tenants/${tenant.id}/${path}`, tenant);
      expect([path, status, body['code']]).toEqual([path, 503, 'unavailable']);
    }
    product.databaseWay.mend();
    const [retried] = await receiver.received(1, { matching: again, timeoutMs: 20_000 });
    expect(numberOf(retried)).toBe(5);
  },
  60_000 + cutMs,
);

it('a graceful stop repeats nothing of a lane that catches up either', async () => {
  receiver.answer(() => ({ status: 200, delayMs: 3_000 }));
  const tenant = await subscription('unordered', [1_000]);
  await publish(tenant, 1, 40);
  await receiver.received(16);
  expect(await product.app('dispatcher').stop()).toBe(0);
  receiver.answer(200);
  await product.app('dispatcher').start();
  const last = ({ rawBody }: ReceivedRequest): boolean => rawBody.includes('"n":40}');
  await receiver.received(1, { matching: last, timeoutMs: 20_000 });
  await waitFor(() => new Set(receiver.requests.map(numberOf)).size === 40, { timeoutMs: 10_000 });
  expect(receiver.requests).toHaveLength(40);
}, 60_000);

it('SIGTERM lets what is in flight end, and another instance goes on without repeating it', async () => {
  let answered = 0;
  receiver.answer(async () => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    answered++;
    return 200;
  });
  const tenant = await subscription('strict', [1_000]);
  await publish(tenant, 1, 3);
  await receiver.received(1);
  const started = performance.now();
  expect(await product.app('dispatcher').stop()).toBe(0);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(answered).toBe(receiver.requests.length);
  await product.app('dispatcher').start();
  const requests = await receiver.received(3, { timeoutMs: 20_000 });
  expect(requests.map(numberOf)).toEqual([1, 2, 3]);
}, 60_000);
