import { type ReceivedRequest, Receiver, waitFor } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { Product, services } from './testing/product.js';

/** 100,000 in the long run; see apps/delivery-log/README.md. */
const count = Number(process.env['POSTHORN_E2E_REPLAY_EVENTS'] ?? 3_000);
const perS = Number(process.env['POSTHORN_E2E_REPLAY_PER_S'] ?? 200);
const liveEveryMs = 50;
/** A p99 of few events is that of one or two of them: in the long run there is time for more. */
const livePhaseMs = Math.max(8_000, Math.min(count / 2, 60_000));

type Job = { id: string; status: string; total: number; done: number; failed: number; error: string | null };

let product: Product;
let caller: Caller;
let receiver: Receiver;
let liveReceiver: Receiver;

beforeAll(async () => {
  [receiver, liveReceiver] = await Promise.all([Receiver.start(), Receiver.start()]);
  product = await Product.start(services, { POSTHORN_LOG_REPLAY_PER_S: String(perS) });
  caller = new Caller(product);
}, 120_000);

afterAll(async () => {
  await caller?.close();
  await product?.stop();
  await Promise.all([receiver?.close(), liveReceiver?.close()]);
}, 60_000);

const numberOf = ({ rawBody }: ReceivedRequest): number =>
  (JSON.parse(String(rawBody)) as { data: { n: number } }).data.n;
const upTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

async function tenantWith(url: string): Promise<{ id: string; key: string; subscriptionId: string }> {
  const tenant = await caller.tenant('standard');
  const body = { name: 'orders', url, ordering: 'strict', filter: { types: ['order.created'] } };
  const { id: subscriptionId } = await caller.subscription(tenant.id, tenant.key, body);
  return { ...tenant, subscriptionId };
}

const eventOf = (tenantId: string, n: number): object => ({
  ...{ tenantId, type: 'order.created', entity: { name: 'order', id: `o-${n}` } },
  ...{ timestamp: '2026-04-15T10:00:01.234Z', data: { n } },
});

/** How long live events take from the publisher to the receiver, one every 50 ms. */
class LiveTraffic {
  private sent = 0;

  constructor(private readonly tenant: { id: string; key: string }) {}

  async p99Ms(until: () => boolean): Promise<number> {
    const publishedAt = new Map<number, number>();
    const first = liveReceiver.requests.length;
    while (!until()) {
      const n = this.sent++;
      publishedAt.set(n, performance.now());
      const { status } = await caller.publish(this.tenant.key, eventOf(this.tenant.id, n));
      expect(status).toBe(202);
      await new Promise((resolve) => setTimeout(resolve, liveEveryMs));
    }
    await waitFor(() => liveReceiver.requests.length === first + publishedAt.size);
    const latencies = liveReceiver.requests
      .slice(first)
      .map((request) => request.atMs - publishedAt.get(numberOf(request))!)
      .sort((a, b) => a - b);
    return latencies[Math.ceil(latencies.length * 0.99) - 1];
  }
}

it(
  'a replay runs to its end across a kill -9 of every service, in order, and live traffic keeps its latency',
  async () => {
    const { id, key, subscriptionId } = await tenantWith(receiver.url);
    const live = new LiveTraffic(await tenantWith(liveReceiver.url));
    for (let n = 0; n < count; n += 1_000) {
      const batch = upTo(Math.min(1_000, count - n)).map((i) => eventOf(id, n + i));
      expect((await caller.publish(key, batch)).status).toBe(202);
    }
    await receiver.received(count, { timeoutMs: 60_000 + count * 20 });
    const replays = `/v1/tenants/${id}/replays`;
    const wish = { subscriptionId, kind: 'range' };
    const inLog = async (): Promise<boolean> => {
      const { body } = await caller.call<{ count: number }>('POST', replays, {
        ...{ key, body: { ...wish, dryRun: true } },
      });
      return body.count === count;
    };
    await waitFor(inLog, { timeoutMs: 60_000 + count * 5, intervalMs: 500 });
    await live.p99Ms(endsIn(2_000));
    const without = await live.p99Ms(endsIn(livePhaseMs));

    const ordered = await caller.call<Job>('POST', replays, { key, body: wish });
    expect(ordered).toMatchObject({ status: 202, body: { total: count } });
    await receiver.received(count + 10, { timeoutMs: 20_000 });
    const withReplay = await live.p99Ms(endsIn(livePhaseMs));
    expect(receiver.requests.length).toBeLessThan(2 * count);

    await Promise.all([...product.apps.values()].map((app) => app.kill()));
    const before = receiver.requests.length - count;
    await Promise.all([...product.apps.values()].map((app) => app.start()));
    const job = async (): Promise<Job> =>
      (await caller.call<Job>('GET', `${replays}/${ordered.body.id}`, { key })).body;
    const ended = await waitFor(
      async () => {
        const now = await job();
        return !['queued', 'running'].includes(now.status) && now;
      },
      { timeoutMs: 120_000 + (count * 2_000) / perS, intervalMs: 500 },
    );
    expect(ended).toMatchObject({ status: 'done', total: count, done: count, failed: 0, error: null });

    // What was on its way when everything was killed may come twice; nothing is left out or overtakes.
    const numbers = receiver.requests.slice(count).map(numberOf);
    const firsts = [...new Set(numbers)];
    expect(firsts).toEqual(upTo(count));

    // Who ordered it, although every service was killed meanwhile.
    const audit = await caller.call<{ items: { actor: string }[] }>('GET', `/v1/tenants/${id}/audit`, {
      key,
    });
    const owner = await caller.call<{ items: { id: string }[] }>('GET', `/v1/tenants/${id}/keys`, { key });
    expect(audit.body.items.filter((entry) => entry.actor === owner.body.items[0]?.id)).toContainEqual(
      expect.objectContaining({ aggregate: 'replay', type: 'created', id: ordered.body.id }),
    );
    console.log(
      `replay of ${count} at ${perS}/s, killed after ${before}: ${numbers.length - count} came twice; ` +
        `live p99 ${without.toFixed(1)} ms without it, ${withReplay.toFixed(1)} ms with it`,
    );
  },
  300_000 + (count * 3_000) / perS + count * 50,
);

function endsIn(ms: number): () => boolean {
  const at = performance.now() + ms;
  return () => performance.now() > at;
}
