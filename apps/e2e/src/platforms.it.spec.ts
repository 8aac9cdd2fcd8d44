import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readTopic, type ReceivedRequest, Receiver, waitFor } from '@posthorn/testing';
import express from 'express';
import { Caller } from './testing/caller.js';
import { Product } from './testing/product.js';

type Vector = { name: string; published: string; body: string };
const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../libs/testing/vectors/${name}`, import.meta.url), 'utf8')) as T;
const brutlers = read<{ cases: Vector[] }>('brutlers.json');
const brz365 = read<{ headers: Record<string, string>; body: string }>('brz365.json');

let product: Product;
let caller: Caller;
let receiver: Receiver;

beforeAll(async () => {
  product = await Product.start(['standalone']);
  caller = new Caller(product);
}, 90_000);

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

/** The vector's text, in Posthorn's event format, with `data` in the publisher's own spelling. */
function eventText(tenantId: string, published: string, n: number): string {
  const { event, timestamp } = JSON.parse(published) as { event: string; timestamp: string };
  const data = published.slice(published.indexOf('"data"') + '"data"'.length).replace(/^\s*:/, '');
  const end = data.lastIndexOf('"timestamp"');
  const raw = data.slice(0, data.lastIndexOf(',', end));
  const head = JSON.stringify({ tenantId, type: event, entity: { name: 'x', id: String(n) }, timestamp });
  return `${head.slice(0, -1)},"data":${raw}}`;
}

const signatureOf = (secret: string, body: string): string =>
  createHmac('sha256', secret).update(body).digest('hex');

it.each(['http', 'kafka'])(
  'Brutlers vectors arrive byte for byte and signed, published over %s',
  async (way) => {
    const { id, key } = await caller.tenant('brutlers');
    const types = [
      ...new Set(brutlers.cases.map(({ body }) => (JSON.parse(body) as { event: string }).event)),
    ];
    const { secret } = await caller.brutlersWebhook(key, `${receiver.url}/hook`, types);
    for (const [n, { published }] of brutlers.cases.entries()) {
      const text = eventText(id, published, n);
      if (way === 'kafka') await caller.inbox([{ key: id, value: text }]);
      else expect((await caller.publish(key, text)).status).toBe(202);
    }
    const requests = await receiver.received(brutlers.cases.length);
    const bodies = requests.map(({ rawBody }) => rawBody.toString('utf8'));
    expect(bodies.sort()).toEqual(brutlers.cases.map(({ body }) => body).sort());
    for (const { rawBody, headers } of requests) {
      expect(headers['x-brutlers-signature']).toBe(signatureOf(secret, rawBody.toString('utf8')));
    }
  },
);

it.each(['http', 'kafka'])('the BRZ 365 example arrives byte for byte, published over %s', async (way) => {
  const { licenseOwnerId, entityName, entityId, timestamp, event } = JSON.parse(brz365.body) as Record<
    string,
    string
  >;
  const id = way === 'http' ? licenseOwnerId : '596ad63d-efa1-426e-dd93-08d9fa9598bf';
  const { key } = await caller.tenant('brz365', id);
  await caller.subscription(id, key, {
    name: 'Partner',
    url: `${receiver.url}/webhook-callback`,
    auth: { authorization: brz365.headers.authorization },
    filter: { entities: [{ name: entityName, changes: ['create', 'change'] }] },
  });
  expect(receiver.requests[0]).toMatchObject({ method: 'HEAD', url: '/webhook-callback' });
  const published = {
    tenantId: id,
    type: `${entityName}.${event}`,
    entity: { name: entityName, id: entityId },
    timestamp,
  };
  const ignored = { ...published, type: `${entityName}.delete` };
  if (way === 'http') expect((await caller.publish(key, [ignored, published])).status).toBe(202);
  else await caller.inbox([ignored, published].map((value) => ({ key: id, value: JSON.stringify(value) })));
  const [request] = await receiver.received(1, { matching: ({ method }) => method === 'POST' });
  expect(request.rawBody.toString('utf8')).toBe(brz365.body.replace(licenseOwnerId, id));
  expect(request.headers).toMatchObject(brz365.headers);
});

it("the documentation's own code, in an Express receiver, accepts what comes and refuses what was changed", async () => {
  const { id, key } = await caller.tenant('brutlers');
  const app = express();
  app.use(express.json());
  const accepted: unknown[] = [];
  const env: { WEBHOOK_SECRET?: string } = {};
  // From the platform's documentation, word for word (process.env is `env` here).
  function verifySignature(body: string, signature: unknown, secret: string | undefined) {
    const expected = createHmac('sha256', secret!).update(body).digest('hex');
    return signature === expected;
  }
  app.post('/webhooks/brutlers', (req, res) => {
    const signature = req.headers['x-brutlers-signature'];
    const body = JSON.stringify(req.body);
    if (!verifySignature(body, signature, env.WEBHOOK_SECRET)) {
      return res.status(401).send('Invalid signature');
    }
    const { event, data } = req.body as { event: string; data: unknown };
    accepted.push({ event, data });
    return res.status(200).send('OK');
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/brutlers`;
  env.WEBHOOK_SECRET = (await caller.brutlersWebhook(key, url, ['order.created'])).secret;
  const data = '{"z":1.0,"name":"Jürgen ✓ 🔧","big":12345678901234567890,"2":"b","1":"a","tiny":1e-7}';
  const event = `{"tenantId":"${id}","type":"order.created","id":"one","timestamp":"2026-04-15T10:00:01Z","data":${data}}`;
  expect((await caller.publish(key, event)).status).toBe(202);
  await waitFor(() => accepted.length === 1);
  expect(accepted[0]).toEqual({ event: 'order.created', data: JSON.parse(data) });
  const changed = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-brutlers-signature': signatureOf(env.WEBHOOK_SECRET, '{"a":1}'),
    },
    body: '{"a":2}',
  });
  expect(changed.status).toBe(401);
  server.close();
});

it('a failing Brutlers receiver gets the other events at once, and the failed one again', async () => {
  const failing = ({ rawBody }: ReceivedRequest): boolean => rawBody.includes('"n":2');
  receiver.answer((request) => (failing(request) && request.headers['webhook-attempt'] === '1' ? 500 : 200));
  const { id, key } = await caller.tenant('brutlers');
  const { id: webhookId } = await caller.brutlersWebhook(key, receiver.url, ['order.created']);
  const path = `/v1/tenants/${id}/subscriptions/${webhookId}`;
  const patched = await caller.call('PATCH', path, { key, body: { retryPolicy: { delaysMs: [1_000] } } });
  expect(patched.status).toBe(200);
  const event = { tenantId: id, type: 'order.created', timestamp: '2026-04-15T10:00:01.234Z' };
  await caller.publish(
    key,
    [1, 2, 3].map((n) => ({ ...event, id: `e${n}`, data: { n } })),
  );
  const [first, , third, again] = await receiver.received(4);
  expect(failing(again)).toBe(true);
  expect(third.atMs - first.atMs).toBeLessThan(900);
  expect(again.atMs - first.atMs).toBeGreaterThanOrEqual(1_000);
  expect(again.headers['webhook-attempt']).toBe('2');
  await waitFor(async () => {
    const { body } = await caller.call<{ items: { status: string }[] }>(
      'GET',
      `/v1/tenants/${id}/deliveries`,
      { key },
    );
    return body.items.length === 3 && body.items.every(({ status }) => status === 'delivered');
  });
});

it('what is broken or unknown on the inbox ends in rejected, with its place and reason, and blocks nothing', async () => {
  const { id, key } = await caller.tenant('brutlers');
  await caller.brutlersWebhook(key, receiver.url, ['order.created']);
  const good = {
    tenantId: id,
    type: 'order.created',
    id: 'good',
    timestamp: '2026-04-15T10:00:01Z',
    data: {},
  };
  const bad = [
    '{"broken',
    JSON.stringify({ ...good, type: 'no.such' }),
    JSON.stringify({ ...good, tenantId: 'nobody' }),
  ];
  await caller.inbox([...bad, JSON.stringify(good)].map((value) => ({ key: id, value, partition: 0 })));
  await receiver.received(1);
  const topic = `${product.kafka.prefix}rejected.v1`;
  await waitFor(async () => (await readTopic(product.kafka.brokers, topic)).length >= 3, {
    timeoutMs: 20_000,
  });
  const rejected = (await readTopic(product.kafka.brokers, topic)).map(
    ({ value }) =>
      JSON.parse(value!.slice(0, value!.indexOf('\n'))) as {
        topic: string;
        partition: number;
        reason: string;
      },
  );
  expect(rejected).toHaveLength(3);
  for (const { topic: from, partition, reason } of rejected) {
    expect(from).toBe(`${product.kafka.prefix}inbox.v1`);
    expect(partition).toBe(0);
    expect(reason).not.toBe('');
  }
});

it('a CEL expression decides which events a subscription gets, and says so beforehand and afterwards', async () => {
  const { id, key } = await caller.tenant('standard');
  const expression = 'data.total > 100.0 && entity.name == "order"';
  const made = await caller.subscription(id, key, {
    ...{ name: 'large orders', url: `${receiver.url}/hook` },
    filter: { types: ['order.*'], expression },
  });
  const eventOf = (type: string, name: string, data: object) => ({
    ...{ tenantId: id, type, entity: { name, id: 'o1' }, timestamp: new Date().toISOString(), data },
  });
  const events: [event: object, isWanted: boolean][] = [
    [eventOf('order.created', 'order', { n: 1, total: 99.5 }), false],
    [eventOf('order.created', 'order', { n: 2, total: 100.5 }), true],
    [eventOf('order.created', 'invoice', { n: 3, total: 500 }), false],
    [eventOf('invoice.created', 'order', { n: 4, total: 500 }), false],
    // No such field is no match, and holds up nothing.
    [eventOf('order.created', 'order', { n: 5 }), false],
    [eventOf('order.paid', 'order', { n: 6, total: 101 }), true],
  ];
  const path = `/v1/tenants/${id}/subscriptions/${made.id}`;
  for (const [event, isWanted] of events) {
    const { tenantId: _, timestamp: __, ...looked } = event as Record<string, unknown>;
    const said = await caller.call('POST', `${path}/match`, { key, body: { event: looked } });
    expect(said.body).toMatchObject({ matches: isWanted });
  }
  const { body } = await caller.publish(
    key,
    events.map(([event]) => event),
  );
  const requests = await receiver.received(2);
  const numbers = requests.map(
    ({ rawBody }) => (JSON.parse(String(rawBody)) as { data: { n: number } }).data.n,
  );
  expect(numbers.sort()).toEqual([2, 6]);
  const told = async (i: number) =>
    (
      await caller.call<{ matched: string[] }>('GET', `/v1/tenants/${id}/events/${body.accepted[i].id}`, {
        key,
      })
    ).body.matched;
  await waitFor(async () => (await told(5))?.length === 1);
  expect(await told(0)).toEqual([]);
  expect(receiver.requests).toHaveLength(2);
});
