import { Receiver, waitFor } from '@posthorn/testing';
import { Caller, type DeliveryView } from './testing/caller.js';
import { Product } from './testing/product.js';

let product: Product;
let caller: Caller;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
  product = await Product.start(['standalone']);
  caller = new Caller(product);
}, 90_000);

afterAll(async () => {
  await caller.close();
  await product.stop();
  await receiver.close();
}, 60_000);

type Page = { items: DeliveryView[]; nextCursor?: string };

async function deliveries(tenantId: string, key: string): Promise<Map<string, string>> {
  const byEvent = new Map<string, string>();
  let cursor = '';
  do {
    const path = `/v1/tenants/${tenantId}/deliveries?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const { status, body } = await caller.call<Page>('GET', path, { key });
    if (status !== 200) throw new Error(`deliveries: ${status}`);
    for (const { eventId, status: state } of body.items) byEvent.set(eventId, state);
    cursor = body.nextCursor ?? '';
  } while (cursor);
  return byEvent;
}

it('kill -9 of everything under load: each event that got 202 is delivered, failed or listed as waiting', async () => {
  // Every seventh event is refused at first, so that the kill finds retries on their way as well.
  receiver.answer(({ rawBody, headers }) =>
    /"n":\d*7[,}]/.test(String(rawBody)) && headers['webhook-attempt'] === '1' ? 500 : 200,
  );
  const { id, key } = await caller.tenant('brutlers');
  const { id: webhookId } = await caller.brutlersWebhook(key, receiver.url, ['order.created']);
  const path = `/v1/tenants/${id}/subscriptions/${webhookId}`;
  expect(
    (await caller.call('PATCH', path, { key, body: { retryPolicy: { delaysMs: [500, 500, 500] } } })).status,
  ).toBe(200);

  const accepted = new Set<string>();
  let sent = 0;
  let stopped = false;
  const publisher = async (): Promise<void> => {
    while (!stopped && sent < 20_000) {
      const batch = Array.from({ length: 20 }, () => ({
        tenantId: id,
        type: 'order.created',
        entity: { name: 'order', id: String(sent) },
        timestamp: '2026-04-15T10:00:01.234Z',
        data: { n: sent++ },
      }));
      const answer = await caller.publish(key, batch).catch(() => undefined);
      if (answer?.status === 202) for (const event of answer.body.accepted) accepted.add(event.id);
    }
  };
  const publishers = [publisher(), publisher(), publisher(), publisher()];
  await receiver.received(1_000, { timeoutMs: 30_000 });
  await product.app('standalone').kill();
  stopped = true;
  await Promise.all(publishers);
  await product.app('standalone').start();

  await waitFor(
    async () => {
      const states = await deliveries(id, key);
      return [...accepted].every((eventId) => states.get(eventId) === 'delivered');
    },
    { timeoutMs: 60_000, intervalMs: 500 },
  );
  const received = new Set(receiver.requests.map(({ headers }) => headers['webhook-id']));
  expect([...accepted].filter((eventId) => !received.has(eventId))).toEqual([]);
}, 150_000);
