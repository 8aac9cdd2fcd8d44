import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf } from '../demo/api.mjs';
import { openReceiver } from '../demo/receiver.mjs';
import { throwIfEnding } from '../lib/ending.mjs';

/** From an event that was accepted to its delivery, over a kill and a restart in between. */
const DELIVERED_WITHIN_MS = 120_000;
const ACCEPTED_WITHIN_MS = 90_000;

/**
 * Keeps account of a subscription of its own: what was accepted has to arrive, whatever happens in between.
 * Without a proxy in front, events and the log have addresses of their own.
 * @param {{ url: string, ingestUrl?: string, logUrl?: string, adminKey: string, host: string,
 * deadline: AbortSignal }} options
 */
export async function openLedger({ url, ingestUrl = url, logUrl = url, adminKey, host, deadline }) {
  const receiver = await openReceiver({ deadline, host });
  const api = apiOf(url, deadline);
  const tenant = `check-${randomBytes(4).toString('hex')}`;
  /** @type {Set<string>} */
  const accepted = new Set();
  /** @type {Set<string>} */
  const arrived = new Set();
  const hook = receiver.hook('/ledger', ({ method, headers }) => {
    if (method === 'POST') arrived.add(String(headers['webhook-id']));
    return 204;
  });
  let published = 0;

  const key = await register(api, { adminKey, tenant, url: hook.url });

  /** As a publisher should: the same event again until it is accepted. */
  async function publishOne() {
    const number = published++;
    const event = {
      tenantId: tenant,
      id: `event-${number}`,
      type: 'check.happened',
      entity: { name: 'thing', id: `thing-${number % 7}` },
      timestamp: new Date().toISOString(),
      data: { number },
    };
    for (const until = Date.now() + ACCEPTED_WITHIN_MS; ; await sleep(250)) {
      throwIfEnding();
      const answer = await post(`${ingestUrl}/v1/events`, key, event);
      if (answer.status === 202) return void accepted.add(answer.body.accepted[0].id);
      const final = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
      if (final || Date.now() > until)
        throw new Error(`event ${number} was not accepted: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  }

  return {
    accepted,
    arrived,
    /** One after the other, so that the last one was accepted after whatever happens meanwhile. */
    async publish(/** @type {number} */ count, pauseMs = 0) {
      for (let i = 0; i < count; i++) {
        await publishOne();
        if (pauseMs > 0) await sleep(pauseMs);
      }
    },
    /** @returns {string[]} what was accepted and has not come */
    missing: () => [...accepted].filter((id) => !arrived.has(id)),
    async allArrived() {
      for (const until = Date.now() + DELIVERED_WITHIN_MS; this.missing().length > 0; await sleep(100)) {
        throwIfEnding();
        if (Date.now() > until)
          throw new Error(`${this.missing().length} of ${accepted.size} accepted events did not arrive`);
      }
    },
    /** The delivery log says the same of every one of them. */
    async allLogged() {
      for (const until = Date.now() + DELIVERED_WITHIN_MS; ; await sleep(500)) {
        throwIfEnding();
        const delivered = await deliveredIds(apiOf(logUrl, deadline), tenant, key);
        const unknown = [...accepted].filter((id) => !delivered.has(id));
        if (unknown.length === 0) return;
        if (Date.now() > until)
          throw new Error(`the delivery log does not know ${unknown.length} deliveries`);
      }
    },
    close: () => receiver.close(),
  };
}

/** @typedef {Awaited<ReturnType<typeof openLedger>>} Ledger */

/**
 * A tenant with a key and a subscription.
 * @param {import('../demo/api.mjs').Api} api
 * @param {{ adminKey: string, tenant: string, url: string }} options
 * @returns {Promise<string>} the key
 */
async function register(api, { adminKey, tenant, url }) {
  const about = { id: tenant, profile: 'standard', name: 'Check' };
  await api.call('POST', '/v1/tenants', { key: adminKey, body: about, expect: 201 });
  const wanted = { name: 'check', scopes: ['publish', 'read', 'manage'] };
  const path = `/v1/tenants/${tenant}`;
  const { key } = await api.call('POST', `${path}/keys`, { key: adminKey, body: wanted, expect: 201 });
  const subscription = { name: 'ledger', url, ordering: 'per-entity' };
  await api.call('POST', `${path}/subscriptions`, { key, body: subscription, expect: 201 });
  return key;
}

/** @param {import('../demo/api.mjs').Api} api @param {string} tenant @param {string} key */
async function deliveredIds(api, tenant, key) {
  /** @type {Set<string>} */
  const ids = new Set();
  for (let cursor = ''; ;) {
    const path = `/v1/tenants/${tenant}/deliveries?status=delivered&limit=100${cursor && `&cursor=${cursor}`}`;
    const page = await api.call('GET', path, { key });
    for (const { eventId } of page.items) ids.add(eventId);
    if (!page.nextCursor) return ids;
    cursor = encodeURIComponent(page.nextCursor);
  }
}

/** @param {string} address @param {string} key @param {unknown} body */
async function post(address, key, body) {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  } catch (error) {
    return { status: 0, body: String(error) };
  }
}
