import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type NameServer, Receiver, startNameServer, waitFor } from '@posthorn/testing';
import { Caller, type DeliveryView } from './testing/caller.js';
import { Product } from './testing/product.js';

const name = 'hooks.rebind.test';
const other = 'inside.rebind.test';
const open = { a: ['127.0.0.1'], ttlS: 0 };
const inside = { a: ['127.0.0.2'], ttlS: 0 };

let names: NameServer;
let product: Product;
let caller: Caller;
let receiver: Receiver;
/** What must never be called: at the same port of an address that nobody allowed. */
let secretServer: Server;
let reached = 0;

beforeAll(async () => {
  names = await startNameServer({ [name]: open, [other]: inside });
  // Each delivery asks for a connection of its own, so each is judged by what the name says then.
  receiver = await Receiver.start(() => ({ status: 200, headers: { connection: 'close' } }));
  secretServer = createServer((_, response) => response.end()).listen(receiver.port, '127.0.0.2');
  secretServer.on('connection', () => reached++);
  await once(secretServer, 'listening');
  product = await Product.start(['standalone'], {
    POSTHORN_EGRESS_ALLOW: '127.0.0.1/32',
    POSTHORN_EGRESS_DNS: names.address,
  });
  caller = new Caller(product);
}, 90_000);

afterAll(async () => {
  await caller.close();
  await product.stop();
  await receiver.close();
  secretServer.close();
  await names.close();
}, 60_000);

it('a name that changes its address between save and send is refused at send, as it is at save', async () => {
  const { id, key } = await caller.tenant('standard');
  const url = `http://${name}:${receiver.port}/hook`;
  const retryPolicy = { delaysMs: [1_500] };
  await caller.subscription(id, key, { name: 'w', url, filter: { types: ['order.created'] }, retryPolicy });
  const publish = async (n: number): Promise<string> => {
    const entity = { name: 'order', id: `o${n}` };
    const event = { tenantId: id, type: 'order.created', entity, timestamp: new Date().toISOString() };
    const { body } = await caller.publish(key, { ...event, data: { n } });
    return body.accepted[0].id;
  };
  await publish(1);
  await receiver.received(1);

  names.zone[name] = inside;
  const changedMs = performance.now();
  const path = `/v1/tenants/${id}/subscriptions`;
  const body = { name: 'again', url: `http://${other}:${receiver.port}/hook` };
  const refused = await caller.call<{ code: string }>('POST', path, { key, body });
  expect([refused.status, refused.body.code]).toEqual([422, 'invalid']);
  // An answer that was kept is over after a second, whatever its TTL.
  await waitFor(() => performance.now() > changedMs + 1_200);
  const asked = names.questions.length;
  const eventId = await publish(2);
  type Detail = DeliveryView & { attempts: { outcome: string; error?: string }[] };
  const delivery = await waitFor(
    async () => {
      const { body } = await caller.call<{ deliveries: { id: string }[] }>(
        'GET',
        `/v1/tenants/${id}/events/${eventId}`,
        { key },
      );
      const own = await Promise.all(
        body.deliveries.map(({ id: one }) =>
          caller.call<Detail>('GET', `/v1/tenants/${id}/deliveries/${one}`, { key }),
        ),
      );
      return own.find((answer) => answer.body.attempts.length > 0)?.body;
    },
    { timeoutMs: 20_000 },
  );
  expect(delivery.attempts[0]).toMatchObject({ outcome: 'failed', error: 'refused-address' });
  expect(names.questions.length).toBeGreaterThan(asked);
  expect(receiver.requests).toHaveLength(1);
  expect(reached).toBe(0);
  // And it is delivered when the name is what it was: nothing of the refusal stays.
  names.zone[name] = open;
  await receiver.received(2, { timeoutMs: 20_000 });
  expect(reached).toBe(0);
}, 90_000);
