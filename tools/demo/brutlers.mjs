import { asCurl } from './api.mjs';
import { verifySignature } from './brutlers-verification.mjs';
import { inMs, median } from './report.mjs';

/**
 * @typedef {import('./receiver.mjs').Hook} Hook
 * @typedef {import('./receiver.mjs').Received} Received
 * @typedef {{ api: import('./api.mjs').Api, report: import('./report.mjs').Report,
 *   receiver: import('./receiver.mjs').Receiver, inbox: import('./inbox.mjs').Inbox,
 *   vendor: { id: string, key: string } }} Context
 */

/** What Brutlers' documentation shows as the body of a delivery. */
const documented = {
  event: 'order.status_changed',
  data: {
    id: 'clx1234567890abcdef',
    status: 'FITTING_READY',
    previousStatus: 'IN_PRODUCTION',
    customerId: 'clx0987654321fedcba',
    updatedAt: '2026-04-15T10:00:00.000Z',
  },
  timestamp: '2026-04-15T10:00:01.234Z',
};

const arrivesWithinMs = 10_000;
const rounds = 20;

/** @param {Context} context */
export async function brutlersStory({ api, report, receiver, inbox, vendor }) {
  const hook = receiver.hook('/webhooks/brutlers', () => 200);
  const wanted = { url: hook.url, events: ['order.created', 'order.status_changed'] };
  report.say(asCurl('POST', `${api.url}/api/vendor/webhooks`, vendor.key, wanted));
  const path = '/api/vendor/webhooks';
  const webhook = await api.call('POST', path, { key: vendor.key, body: wanted, expect: 201 });
  report.say(`  → id ${webhook.id}, secret ${webhook.secret}`);
  const [listed] = await api.call('GET', path, { key: vendor.key });
  report.check(
    webhook.secret && listed?.id === webhook.id && !('secret' in listed),
    'registered; the secret is in this answer and in no later one',
  );

  const event = {
    tenantId: vendor.id,
    type: documented.event,
    entity: { name: 'order', id: documented.data.id },
    timestamp: documented.timestamp,
    data: documented.data,
  };
  const publish = () => api.call('POST', '/v1/events', { key: vendor.key, body: event, expect: 202 });
  const { post, tookMs } = await arrival(hook, publish, 'the documented event, published over HTTP');
  report.say(`  ← ${post.body.toString('utf8')}`);
  report.say(`    X-Brutlers-Signature: ${post.headers['x-brutlers-signature']}`);
  report.check(
    post.body.toString('utf8') === JSON.stringify(documented),
    'the body is the documented one, byte for byte',
  );
  report.check(isVerified(post, webhook.secret), 'verified, by the code in Brutlers’ documentation');
  const forged = { ...post, body: Buffer.from(JSON.stringify({ ...documented, data: {} })) };
  report.check(!isVerified(forged, webhook.secret), 'a changed body is refused by the same code');
  report.say(`  ${inMs(tookMs)} from publishing to arrival (the first one; connections are made on the way)`);

  const viaKafka = { ...event, type: 'order.created', data: { id: 'o-1', total: 12.5, note: 'Größe 🔧' } };
  const second = await arrival(hook, () => inbox.publish(viaKafka), 'the event published over Kafka');
  report.say(`  ← ${second.post.body.toString('utf8')}`);
  report.check(
    isVerified(second.post, webhook.secret),
    `published to ${inbox.topic} with kafkajs: verified after ${inMs(second.tookMs)}`,
  );
  await latency(report, hook, 'HTTP', (id) =>
    api.call('POST', '/v1/events', { key: vendor.key, body: { ...event, ...orderOf(id) }, expect: 202 }),
  );
  await latency(report, hook, 'Kafka', (id) => inbox.publish({ ...event, ...orderOf(id) }));
}

const orderOf = (/** @type {string} */ id) => ({ entity: { name: 'order', id }, data: { id } });

/**
 * Events one after the other, each published when the one before has arrived.
 * @param {import('./report.mjs').Report} report
 * @param {Hook} hook
 * @param {string} way
 * @param {(id: string) => Promise<unknown>} publish
 */
async function latency(report, hook, way, publish) {
  const times = [];
  for (let i = 1; i <= rounds; i++) {
    const what = `event ${i} of ${rounds} over ${way}`;
    const { tookMs } = await arrival(hook, () => publish(`${way}-${i}`), what);
    times.push(tookMs);
  }
  const [least, most] = [Math.min(...times), Math.max(...times)];
  report.say(
    `  ${rounds} more over ${way}, one by one: ${inMs(least)} to ${inMs(most)}, median ${inMs(median(times))}`,
  );
}

/**
 * Publishes, and waits for what comes of it. The clock starts before the first byte leaves.
 * @param {Hook} hook
 * @param {() => Promise<unknown>} publish
 * @param {string} what
 */
async function arrival(hook, publish, what) {
  const before = hook.posts.length;
  const startedMs = performance.now();
  const arrived = hook.until(what, arrivesWithinMs, (posts) => posts[before]);
  const [post] = await Promise.all([arrived, publish()]);
  return { post, tookMs: post.atMs - startedMs };
}

/**
 * As the documentation's Express route does it: over JSON.stringify of the parsed body.
 * @param {Pick<Received, 'headers' | 'body'>} post
 * @param {string} secret
 */
function isVerified({ headers, body }, secret) {
  const req = { headers, body: JSON.parse(body.toString('utf8')) };
  return verifySignature(JSON.stringify(req.body), req.headers['x-brutlers-signature'], secret);
}
