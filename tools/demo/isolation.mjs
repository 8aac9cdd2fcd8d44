import { inMs, inS } from './report.mjs';

/** @typedef {import('./brutlers.mjs').Context} Context */

const shortenedMs = 2_000;
const events = 5;
const failing = 'inquiry-2';

/**
 * A failed Brutlers delivery is retried alone: the others of its webhook do not wait for it.
 * @param {Context} context
 */
export async function isolationStory({ api, report, receiver, vendor }) {
  let failed = false;
  const startedMs = /** @type {Map<string, number>} */ (new Map());
  const hook = receiver.hook('/webhooks/inquiries', ({ headers, body, atMs }) => {
    const { id } = JSON.parse(body.toString('utf8')).data;
    const status = id === failing && !failed ? 500 : 200;
    if (status === 500) failed = true;
    const after = atMs - (startedMs.get(id) ?? atMs);
    const shown = after < shortenedMs ? inMs(after) : inS(after);
    report.say(`  ← ${id}, attempt ${headers['webhook-attempt']}, answered ${status}, after ${shown}`);
    return status;
  });
  const body = { url: hook.url, events: ['inquiry.received'] };
  const { id } = await api.call('POST', '/api/vendor/webhooks', { key: vendor.key, body, expect: 201 });
  const retryPolicy = { delaysMs: [shortenedMs, 2 * shortenedMs, 4 * shortenedMs] };
  const path = `/v1/tenants/${vendor.id}/subscriptions/${id}`;
  await api.call('PATCH', path, { key: vendor.key, body: { retryPolicy } });
  report.say(`  PATCH ${path} ${JSON.stringify({ retryPolicy })}`);
  report.say('  (Brutlers’ own delays of 10 s, 60 s and 600 s are too long for a demo.)');

  for (let i = 1; i <= events; i++) {
    startedMs.set(`inquiry-${i}`, performance.now());
    await api.call('POST', '/v1/events', { key: vendor.key, body: eventOf(vendor.id, i), expect: 202 });
  }
  const posts = await hook.until('five events and one retry', 15_000, (all) =>
    all.length > events ? all : undefined,
  );
  const ids = posts.map(({ body: bytes }) => JSON.parse(bytes.toString('utf8')).data.id);
  const retry = posts[events];
  const first = posts[ids.indexOf(failing)];
  const waitedMs = retry.atMs - first.atMs;
  report.check(
    new Set(ids.slice(0, events)).size === events,
    'the other four arrived at once, while the failed one waited alone',
  );
  // Brutlers' own delays have ±10 % jitter; a policy that names none has none, so never early is exact.
  report.check(
    ids[events] === failing && retry.status === 200 && waitedMs >= shortenedMs,
    `the failed one came again after ${inS(waitedMs)}`,
  );
  report.check(
    first.headers['webhook-id'] === retry.headers['webhook-id'],
    'with the same webhook-id, so that a receiver can drop what it has had',
  );
}

/** @param {string} tenantId @param {number} i */
function eventOf(tenantId, i) {
  const id = `inquiry-${i}`;
  const timestamp = new Date().toISOString();
  return { tenantId, type: 'inquiry.received', entity: { name: 'inquiry', id }, timestamp, data: { id } };
}
