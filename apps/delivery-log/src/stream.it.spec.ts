import type { Service } from '@posthorn/runtime';
import { testDatabase, type TestDatabase, testKafka, type TestKafka, waitFor } from '@posthorn/testing';
import { deliveryId } from '@posthorn/domain';
import { attempt, control, delivered, event } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';

type Told = { event: string; id: string | undefined; data: Record<string, unknown> };

let broker: TestKafka;
let stores: TestDatabase;
let cluster: Cluster;
let service: Service;
let log: LogApi;
const open: AbortController[] = [];

beforeAll(async () => {
  broker = testKafka();
  stores = await testDatabase();
  cluster = new Cluster(broker.brokers, broker.prefix);
  await cluster.start();
  await cluster.key('operator', null, ['manage']);
  service = await cluster.startService(stores.url);
  log = new LogApi(() => service.url);
  await waitFor(() => log.isReady(), { timeoutMs: 20_000 });
}, 60_000);

afterEach(() => open.splice(0).forEach((controller) => controller.abort()));

afterAll(async () => {
  await cluster?.stop();
  await broker?.cleanup();
  await stores?.drop();
}, 60_000);

/** What a stream has told, growing. */
async function follow(path: string, { key = 'operator', lastEventId = '' } = {}): Promise<Told[]> {
  const controller = new AbortController();
  open.push(controller);
  const headers = { 'x-api-key': key, ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) };
  const response = await fetch(`${service.url}/v1/tenants/${path}`, { headers, signal: controller.signal });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const told: Told[] = [];
  void read(response, told).catch(() => undefined);
  return told;
}

async function read(response: Response, told: Told[]): Promise<void> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = field('data');
      if (data !== undefined)
        told.push({ event: field('event')!, id: field('id'), data: JSON.parse(data) as Told['data'] });
    }
  }
}

const deliveriesIn = (told: readonly Told[]) =>
  told.filter((each) => each.event === 'delivery').map(({ data }) => data['eventId']);

/** Waits for that many; in vain, it says what the lists have meanwhile. */
async function hear(tenantId: string, told: readonly unknown[], count: number): Promise<void> {
  await waitFor(() => told.length === count).catch(async (error: Error) => {
    const { items } = await log.list(`${tenantId}/deliveries`);
    throw new Error(`${error.message}; told ${JSON.stringify(told)}, listed ${JSON.stringify(items)}`);
  });
}

async function deliver(tenantId: string, eventId: string, subscriptionId = 'sub_1'): Promise<void> {
  const seq = await cluster.event(event({ tenantId, id: eventId }));
  await cluster.attempt(delivered({ tenantId, eventId, seq, subscriptionId }));
}

it('tells of attempts and deliveries as they are listed, and goes on behind the last one after a restart', async () => {
  const tenantId = 'live';
  await cluster.tenantWith(tenantId);
  await deliver(tenantId, 'evt_before');
  await waitFor(async () => (await log.list(`${tenantId}/deliveries?status=delivered`)).items.length === 1);
  const told = await follow(`${tenantId}/stream`);
  const seq = await cluster.event(event({ tenantId, id: 'evt_1' }));
  await cluster.attempt(attempt({ tenantId, eventId: 'evt_1', seq }));
  await hear(tenantId, told, 2);
  // Not by eventId: that asks for the event first, which another projection files, perhaps a moment later.
  const { items } = await log.list(`${tenantId}/deliveries?limit=1`);
  expect(told[0]).toMatchObject({
    ...{ event: 'attempt', id: undefined },
    data: { deliveryId: deliveryId('evt_1', 'sub_1'), attempt: 1, outcome: 'failed', status: 500 },
  });
  expect(told[1]).toEqual({ event: 'delivery', id: expect.any(String), data: items[0] });
  expect(items[0]).toMatchObject({ entity: { name: 'order', id: 'o1' }, acceptedAt: expect.any(String) });
  await cluster.attempt(delivered({ tenantId, eventId: 'evt_1', seq, attempt: 2 }));
  await waitFor(() => told.at(-1)?.data['status'] === 'delivered');

  const rival = await cluster.startService(stores.url);
  await cluster.stopService(service);
  service = rival;
  await waitFor(() => log.isReady(), { timeoutMs: 20_000 });
  await deliver(tenantId, 'evt_2');
  await deliver(tenantId, 'evt_3');
  const resumed = await follow(`${tenantId}/stream`, { lastEventId: told.at(-1)!.id! });
  await deliver(tenantId, 'evt_4');
  await waitFor(() => deliveriesIn(resumed).length === 3, { timeoutMs: 10_000 });
  expect(deliveriesIn(resumed)).toEqual(['evt_2', 'evt_3', 'evt_4']);
  const whole = await follow(`${tenantId}/stream?lastEventId=0`);
  await waitFor(() => deliveriesIn(whole).length >= 5);
  // Behind the very first one.
  expect(new Set(deliveriesIn(whole))).toEqual(new Set(['evt_1', 'evt_2', 'evt_3', 'evt_4']));
}, 60_000);

it('tells of a delivery when its event is filed, too, so that it says the same as the lists', async () => {
  const last = await cluster.tenantWith('early', event({ id: 'evt_earlier' }));
  await waitFor(async () => (await log.list('early/events')).items.length === 1);
  const told = await follow('early/stream');
  await cluster.attempt(delivered({ tenantId: 'early', eventId: 'evt_early', seq: last + 1 }));
  const early = `early/deliveries/${deliveryId('evt_early', 'sub_1')}`;
  await waitFor(async () => (await log.ask(early)).status === 200);
  expect(await cluster.event(event({ tenantId: 'early', id: 'evt_early' }))).toBe(last + 1);
  await hear('early', told, 2);
  const { items } = await log.list('early/deliveries?eventId=evt_early');
  expect(told[1].data).toEqual(items[0]);
  expect(told[1].data).toMatchObject({ entity: { name: 'order', id: 'o1' } });
}, 60_000);

it('tells of one subscription alone where that is asked for, and never of another tenant', async () => {
  for (const tenantId of ['ours', 'theirs']) {
    await cluster.tenantWith(tenantId);
    await cluster.event(control({ tenantId, id: 'sub_2' }));
    await cluster.key(`of-${tenantId}`, tenantId, ['read']);
  }
  const all = await follow('ours/stream', { key: 'of-ours' });
  const one = await follow('ours/stream?subscriptionId=sub_2', { key: 'of-ours' });
  const foreign = await follow('ours/stream?subscriptionId=sub_1', { key: 'of-ours', lastEventId: '0' });
  for (const i of [0, 1]) {
    await deliver('theirs', `evt_theirs_${i}`);
    await deliver('ours', `evt_a${i}`);
    await deliver('ours', `evt_b${i}`, 'sub_2');
  }
  await waitFor(() => deliveriesIn(all).length === 4 && deliveriesIn(one).length === 2);
  expect(deliveriesIn(all)).toEqual(['evt_a0', 'evt_b0', 'evt_a1', 'evt_b1']);
  expect(deliveriesIn(one)).toEqual(['evt_b0', 'evt_b1']);
  expect(deliveriesIn(foreign)).toEqual(['evt_a0', 'evt_a1']);
  expect((await log.ask('theirs/stream', 'of-ours')).status).toBe(404);
  expect((await log.ask('theirs/stream', 'nobody')).status).toBe(401);
}, 60_000);

it('is refused beyond the bound, and given again when one has ended', async () => {
  await cluster.tenantWith('many');
  for (let i = 0; i < 20; i++) await follow('many/stream');
  expect(await log.ask('many/stream')).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
  open.pop()!.abort();
  await waitFor(async () => {
    const controller = new AbortController();
    const { status } = await fetch(`${service.url}/v1/tenants/many/stream`, {
      headers: { 'x-api-key': 'operator' },
      signal: controller.signal,
    });
    controller.abort();
    return status === 200;
  });
}, 60_000);

it('ends soon when the key that opened it is revoked', async () => {
  await cluster.tenantWith('revoked');
  for (const name of ['revoked-soon', 'revoked-never']) await cluster.key(name, 'revoked', ['read']);
  const opened = (key: string) =>
    fetch(`${service.url}/v1/tenants/revoked/stream`, { headers: { 'x-api-key': key } });
  await waitFor(async () => (await log.ask('revoked/events', 'revoked-soon')).status === 200);
  const [soon, never] = [
    await opened('revoked-soon'),
    await follow('revoked/stream', { key: 'revoked-never' }),
  ];
  expect(soon.status).toBe(200);
  await cluster.key('revoked-soon', 'revoked', ['read'], Date.now());
  const startMs = performance.now();
  // Its whole text: it has come to its end.
  expect(await soon.text()).toContain(': hello');
  expect(performance.now() - startMs).toBeLessThan(30_000);
  await deliver('revoked', 'evt_after');
  await hear('revoked', never, 2);
  expect(deliveriesIn(never)).toEqual(['evt_after']);
}, 60_000);
