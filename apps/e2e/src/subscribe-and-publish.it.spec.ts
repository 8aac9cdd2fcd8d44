import { Receiver, waitFor } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { type App, Product, services } from './testing/product.js';

const times = 1_000;
const tenants = 20;
const atOnce = 16;

let product: Product;
let caller: Caller;
let receiver: Receiver;
let apis: App[];
let ingests: App[];
let dispatchers: App[];

beforeAll(async () => {
  receiver = await Receiver.start();
  // What is tried is no rate of anybody's.
  const unlimited = { POSTHORN_RATE_PER_ADDRESS: '0', POSTHORN_RATE_PER_KEY: '0' };
  // A slow machine is no failure either.
  const patient = { POSTHORN_ACKNOWLEDGE_TIMEOUT_MS: '30000', POSTHORN_INGEST_ACK_TIMEOUT_MS: '25000' };
  product = await Product.start(services, { ...unlimited, ...patient, POSTHORN_LOG_LEVEL: 'warn' });
  caller = new Caller(product);
  apis = [product.app('subscription-api'), await product.another('subscription-api')];
  ingests = [product.app('event-ingest'), await product.another('event-ingest')];
  dispatchers = [product.app('dispatcher'), await product.another('dispatcher')];
}, 180_000);

afterAll(async () => {
  await caller.close();
  await product.stop();
  await receiver.close();
}, 60_000);

async function post(url: string, key: string, body: object): Promise<number> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.body?.cancel();
  return response.status;
}

/** By a subscription of its own, through one instance; its event at once, through the other. */
async function subscribeAndPublish(n: number, { id, key }: { id: string; key: string }): Promise<void> {
  const type = `order.n${n}`;
  const subscription = {
    ...{ name: `n${n}`, url: `${receiver.url}/${n}`, filter: { types: [type] } },
    retryPolicy: { delaysMs: [1_000, 1_000] },
  };
  const made = await post(`${apis[n % 2].url}/v1/tenants/${id}/subscriptions`, key, subscription);
  const event = {
    tenantId: id,
    type,
    entity: { name: 'order', id: `o${n}` },
    timestamp: new Date().toISOString(),
  };
  const accepted = await post(`${ingests[(n >> 1) % 2].url}/v1/events`, key, { ...event, data: { n } });
  expect([n, made, accepted]).toEqual([n, 201, 202]);
}

/** One dispatcher after the other, until it is enough: by kill -9 and by SIGTERM in turn. */
async function restartDispatchers(isEnough: () => boolean): Promise<number> {
  let restarts = 0;
  for (; !isEnough(); restarts++) {
    const dispatcher = dispatchers[restarts % 2];
    await (restarts % 4 < 2 ? dispatcher.kill() : dispatcher.stop());
    await dispatcher.start();
  }
  return restarts;
}

it('1,000 times subscribe and publish at once, through two instances while dispatchers restart: every event is delivered', async () => {
  const owners = await Promise.all(Array.from({ length: tenants }, () => caller.tenant('standard')));
  let next = 0;
  let isDone = false;
  const restarting = restartDispatchers(() => isDone);
  const work = async (): Promise<void> => {
    for (let n = next++; n < times; n = next++) await subscribeAndPublish(n, owners[n % tenants]);
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    isDone = true;
  }
  expect(await restarting).toBeGreaterThan(1);
  const delivered = () =>
    new Set(receiver.requests.filter(({ method }) => method === 'POST').map(({ url }) => url));
  await waitFor(() => delivered().size === times, {
    timeoutMs: 90_000,
    message: () => {
      const there = delivered();
      const missing = Array.from({ length: times }, (_, n) => `/${n}`).filter((url) => !there.has(url));
      return `every event at its receiver; missing: ${missing.slice(0, 20).join(' ')} (${missing.length})`;
    },
  });
  // Each came to the subscription that asked for it, and to no other.
  for (const { method, url, rawBody } of receiver.requests)
    if (method === 'POST')
      expect(`/${(JSON.parse(String(rawBody)) as { data: { n: number } }).data.n}`).toBe(url);
}, 400_000);
