import { inMs, inS, table } from './report.mjs';

/**
 * @typedef {import('./receiver.mjs').Hook} Hook
 * @typedef {{ api: import('./api.mjs').Api, report: import('./report.mjs').Report,
 *   receiver: import('./receiver.mjs').Receiver, owner: { id: string, key: string } }} Context
 */

const authorization = 'your-secret-value-for-the-registered-webhook';
const entityId = '9154afa-258d-4fdc-8fa2-4a719675fe83';
/** When a failing event's attempts start, in seconds after the first: 1, 2, 4 … s between them. */
const offsetsS = [0, 1, 3, 7];
const failures = offsetsS.length - 1;
/** A busy machine may be late; early is never right. */
const lateMs = 1_000;
const arrivesWithinMs = 10_000;

/** @param {Context} context */
export async function brz365Story({ api, report, receiver, owner }) {
  const subscriptions = `/v1/tenants/${owner.id}/subscriptions`;
  let failing = 0;
  const hook = receiver.hook('/webhook-callback', ({ method, headers, body, atMs }) => {
    if (method !== 'POST') return 200;
    const status = failing > 0 && failing-- ? 503 : 200;
    const since = hook.firstMs === undefined ? '' : `${inS(atMs - hook.firstMs).padStart(7)}  `;
    const { entityId: id } = JSON.parse(body.toString('utf8'));
    report.say(`  ← ${since}${id}, attempt ${headers['webhook-attempt']}, answered ${status}`);
    return status;
  });
  const subscription = await register({ api, report, owner, subscriptions, hook });

  const publish = (/** @type {string} */ id, change = 'change') =>
    api.call('POST', '/v1/events', { key: owner.key, body: eventOf(owner.id, id, change), expect: 202 });
  await thinPayload({ report, hook, publish, owner });

  report.say('  The receiver now fails three times. Five more events come meanwhile:');
  failing = failures;
  const before = hook.posts.length;
  await publish('bp-1');
  const first = await hook.until('the first attempt', arrivesWithinMs, (posts) => posts[before]);
  hook.firstMs = first.atMs;
  for (let i = 2; i <= 6; i++) await publish(`bp-${i}`);
  const posts = await hook.until('six events after three failures', 15_000 + arrivesWithinMs, (all) =>
    all.length >= before + failures + 6 ? all.slice(before) : undefined,
  );
  checkRetries(report, posts);
  await showDelivery({ api, report, owner, subscriptionId: subscription.id });
}

async function register({ api, report, owner, subscriptions, hook }) {
  const wanted = {
    name: 'ERP sync',
    url: hook.url,
    auth: { authorization },
    filter: { entities: [{ name: 'BusinessPartner', changes: ['create', 'change', 'delete'] }] },
  };
  report.say(`  POST ${subscriptions}`);
  report.say(`    ${JSON.stringify(wanted)}`);
  const subscription = await api.call('POST', subscriptions, { key: owner.key, body: wanted, expect: 201 });
  const [head] = hook.received;
  report.check(
    head?.method === 'HEAD' && head.headers.authorization === authorization,
    'the receiver was asked with HEAD before the webhook was saved',
  );
  report.say(`  → id ${subscription.id}`);
  return subscription;
}

async function thinPayload({ report, hook, publish, owner }) {
  await publish(entityId, 'create');
  const post = await hook.until('BusinessPartner.create', arrivesWithinMs, (posts) => posts[0]);
  const expected = {
    licenseOwnerId: owner.id,
    event: 'create',
    entityName: 'BusinessPartner',
    entityId,
    timestamp: '2025-11-07T14:32:45Z',
  };
  report.say(`    Authorization: ${post.headers.authorization}`);
  report.say(`    ${post.body.toString('utf8')}`);
  report.check(
    post.body.toString('utf8') === JSON.stringify(expected),
    'the documented payload, byte for byte (with this demo’s own licenceOwnerId)',
  );
  report.check(
    post.headers.authorization === authorization,
    'the Authorization header is the registered value, verbatim',
  );
}

/** @param {import('./report.mjs').Report} report @param {import('./receiver.mjs').Received[]} posts */
function checkRetries(report, posts) {
  const attempts = posts.slice(0, offsetsS.length);
  const ids = posts.map(({ body }) => JSON.parse(body.toString('utf8')).entityId);
  const offsets = attempts.map(({ atMs }) => atMs - attempts[0].atMs);
  const punctual = offsets.every((ms, i) => ms >= offsetsS[i] * 1000 && ms <= offsetsS[i] * 1000 + lateMs);
  report.check(
    ids.slice(0, offsetsS.length).every((id) => id === 'bp-1') && punctual,
    `attempts of the first event after ${offsets.map(inS).join(', ')}; documented: ${offsetsS.join(', ')} s`,
  );
  const delivered = ids.slice(failures);
  const inOrder = delivered.every((id, i) => id === `bp-${i + 1}`);
  report.check(
    inOrder && delivered.length === 6,
    'deliveries paused meanwhile, then all six arrived in order',
  );
}

/** The delivery log fills by itself, a moment later. */
async function showDelivery({ api, report, owner, subscriptionId }) {
  const { key } = owner;
  const deliveries = `/v1/tenants/${owner.id}/deliveries`;
  report.say(`  The delivery log: GET ${deliveries}`);
  let found;
  for (let tries = 0; tries < 50 && !found; tries++) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    const query = `?subscriptionId=${encodeURIComponent(subscriptionId)}&status=delivered`;
    const { items } = await api.call('GET', `${deliveries}${query}`, { key });
    found = items.find(({ attemptCount }) => attemptCount === offsetsS.length);
  }
  report.check(found, `it lists the event that needed ${offsetsS.length} attempts as delivered`);
  if (!found) return;
  const { attempts } = await api.call('GET', `${deliveries}/${found.id}`, { key });
  const startMs = Date.parse(attempts[0].startedAt);
  const rows = attempts.map(({ attempt, startedAt, outcome, response, durationMs }) => [
    String(attempt),
    inS(Date.parse(startedAt) - startMs),
    outcome,
    String(response?.status ?? ''),
    inMs(durationMs),
  ]);
  report.say(table(['attempt', 'after', 'outcome', 'status', 'took'], rows));
  const outcomes = attempts.map(({ outcome }) => outcome).join(' ');
  report.check(outcomes === 'failed failed failed delivered', 'it shows every attempt with its outcome');
}

/** @param {string} tenantId @param {string} id @param {string} change */
function eventOf(tenantId, id, change) {
  return {
    tenantId,
    type: `BusinessPartner.${change}`,
    entity: { name: 'BusinessPartner', id },
    timestamp: '2025-11-07T14:32:45Z',
  };
}
