import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf } from '../demo/api.mjs';

const TOLD_WITHIN_MS = 90_000;

/**
 * Keys that are used, and an order that is given, at one service each: what subscription-api knows of it came
 * through Kafka.
 * @param {{ api: string, ingest: string, log: string }} urls
 * @param {string} adminKey
 * @param {AbortSignal} deadline
 */
export async function keyUsesAreTold(urls, adminKey, deadline) {
  const api = apiOf(urls.api, deadline);
  const tenant = `keys-${randomBytes(4).toString('hex')}`;
  const path = `/v1/tenants/${tenant}`;
  const about = { id: tenant, profile: 'standard', name: 'Keys' };
  await api.call('POST', '/v1/tenants', { key: adminKey, body: about, expect: 201 });
  const make = async (/** @type {string} */ scope) => {
    const body = { name: scope, scopes: [scope] };
    return (await api.call('POST', `${path}/keys`, { key: adminKey, body, expect: 201 })).key;
  };
  const [publish, read] = [await make('publish'), await make('read')];
  const event = { tenantId: tenant, type: 'check.happened', entity: { name: 'thing', id: '1' }, data: {} };
  const body = { ...event, timestamp: new Date().toISOString() };
  // The key itself gets there through Kafka, too.
  await known(() =>
    apiOf(urls.ingest, deadline).call('POST', '/v1/events', { key: publish, body, expect: 202 }),
  );
  await known(() => apiOf(urls.log, deadline).call('GET', `${path}/deliveries`, { key: read }));
  for (const until = Date.now() + TOLD_WITHIN_MS; ; await sleep(500)) {
    const { items } = await api.call('GET', `${path}/keys`, { key: adminKey });
    const silent = items.filter((/** @type {any} */ { lastUsedAt }) => lastUsedAt === null);
    if (silent.length === 0) break;
    if (Date.now() > until)
      throw new Error(
        `no use is known of the key for ${silent.map((/** @type {any} */ one) => one.name).join(', ')}`,
      );
  }
  const order = { entity: event.entity };
  await apiOf(urls.log, deadline).call('POST', `${path}/erasures`, {
    key: adminKey,
    body: order,
    expect: 202,
  });
  await known(async () => {
    const { items } = await api.call('GET', `${path}/audit`, { key: adminKey });
    const isNoted = items.some((/** @type {any} */ { aggregate }) => aggregate === 'erasure');
    if (!isNoted) throw new Error('who ordered the erasure is not in the audit trail');
  });
}

/** @param {() => Promise<unknown>} ask */
async function known(ask) {
  for (const until = Date.now() + TOLD_WITHIN_MS; ; await sleep(200)) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}
