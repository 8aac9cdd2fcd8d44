import { type ReceivedRequest, Receiver } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { Product, services } from './testing/product.js';

let product: Product;
let caller: Caller;
let receiver: Receiver;

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

const post = { matching: ({ method }: ReceivedRequest) => method === 'POST' };
const entityOf = ({ rawBody }: ReceivedRequest): string =>
  (JSON.parse(String(rawBody)) as { entityId: string }).entityId;

/** The documented schedule: 1, 2, 4 s after a failure. Never early, at most 10 % + 150 ms late. */
function expectOnTime(requests: readonly ReceivedRequest[], offsetsS: readonly number[]): void {
  const offsetsMs = requests.map(({ atMs }) => atMs - requests[0].atMs);
  offsetsS.forEach((s, i) => {
    expect(offsetsMs[i]).toBeGreaterThanOrEqual(s * 1_000);
    expect(offsetsMs[i]).toBeLessThanOrEqual(s * 1_100 + 150);
  });
}

async function failingSubscription(failures: number): Promise<{ id: string; key: string }> {
  const tenant = await caller.tenant('brz365');
  await caller.subscription(tenant.id, tenant.key, {
    name: 'orders',
    url: receiver.url,
    auth: { authorization: 'a-secret' },
    filter: { entities: [{ name: 'Order', changes: ['create'] }] },
  });
  receiver.answer((request) => {
    if (request.method !== 'POST' || entityOf(request) !== '1') return 200;
    return Number(request.headers['webhook-attempt']) <= failures ? 503 : 200;
  });
  return tenant;
}

const orders = (tenantId: string, from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    tenantId,
    type: 'Order.create',
    entity: { name: 'Order', id: String(from + i) },
    timestamp: '2026-04-15T10:00:01.234Z',
  }));

it('a BRZ 365 receiver that fails three times is tried at 0, 1, 3 and 7 s; five events wait and follow in order', async () => {
  const { id, key } = await failingSubscription(3);
  expect((await caller.publish(key, orders(id, 1, 1))).status).toBe(202);
  await receiver.received(1, post);
  expect((await caller.publish(key, orders(id, 2, 6))).status).toBe(202);
  const requests = await receiver.received(9, { ...post, timeoutMs: 20_000 });
  expect(requests.map(entityOf)).toEqual(['1', '1', '1', '1', '2', '3', '4', '5', '6']);
  expectOnTime(requests.slice(0, 4), [0, 1, 3, 7]);
}, 40_000);

it('the same with the dispatcher killed in the middle: never early, in order, the next attempt within 15 s', async () => {
  const { id, key } = await failingSubscription(3);
  expect((await caller.publish(key, orders(id, 1, 6))).status).toBe(202);
  await receiver.received(2, { ...post, timeoutMs: 10_000 });
  await product.app('dispatcher').kill();
  await product.app('dispatcher').start();
  await receiver.received(1, { matching: (r) => post.matching(r) && entityOf(r) === '6', timeoutMs: 40_000 });
  const requests = receiver.requests.filter(post.matching);
  const order = requests.map(entityOf);
  // What was in flight at the kill may come again; nothing overtakes.
  expect([...new Set(order)]).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(order).toEqual([...order].sort());
  const byAttempt = new Map(
    requests.filter((r) => entityOf(r) === '1').map((r) => [r.headers['webhook-attempt'], r.atMs]),
  );
  const [second, third, fourth] = ['2', '3', '4'].map((n) => byAttempt.get(n)!);
  expect(third - second).toBeGreaterThanOrEqual(2_000);
  expect(third - second).toBeLessThanOrEqual(15_000);
  expect(fourth - third).toBeGreaterThanOrEqual(4_000);
}, 90_000);
