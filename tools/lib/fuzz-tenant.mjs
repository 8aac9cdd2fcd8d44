import { randomBytes } from 'node:crypto';

/**
 * A tenant with one of everything, whose ids requests are about: what is answered 404 tries little.
 * @param {import('./fuzz.mjs').Target} target
 * @param {string} hook  a receiver's URL
 * @returns {Promise<Record<string, string>>} what stands in the places of paths
 */
export async function openFuzzTenant(target, hook) {
  const suffix = randomBytes(4).toString('hex');
  const tenantId = `fuzz-${suffix}`;
  const at = `/v1/tenants/${tenantId}`;
  const post = (/** @type {string} */ path, /** @type {object} */ body) => send(target, 'POST', path, body);
  await post('/v1/tenants', { id: tenantId, profile: 'standard' });
  await post('/v1/tenants', { id: `${tenantId}-v`, profile: 'brutlers' });
  const { key: vendorKey } = await post(`/v1/tenants/${tenantId}-v/keys`, {
    name: 'fuzz',
    scopes: ['publish', 'read', 'manage'],
  });
  const { id: keyId } = await post(`${at}/keys`, { name: 'fuzz', scopes: ['read'] });
  const { id } = await post(`${at}/subscriptions`, { url: hook, name: suffix });
  const { id: userId } = await post(`${at}/users`, {
    name: 'Fuzz',
    email: `fuzz-${suffix}@example.com`,
    password: randomBytes(12).toString('hex'),
    role: 'tenant-viewer',
  });
  await send(target, 'PUT', `${at}/event-types/order.created`, { schema: { type: 'object' } });
  const { items } = await send(target, 'GET', `${at}/subscriptions/${id}/secrets`);
  const { accepted } = await post('/v1/events', {
    tenantId,
    type: 'order.created',
    entity: { name: 'order', id: 'o1' },
    timestamp: new Date().toISOString(),
    data: { id: 'o1' },
  });
  return {
    ...{ tenantId, vendorKey, id, subscriptionId: id, keyId, userId, name: 'order.created', order: 'retry' },
    ...{
      secretId: items[0]?.id ?? 'unknown',
      eventId: accepted[0].id,
      deliveryId: await delivery(target, at),
    },
  };
}

/** The log follows what was accepted a moment later. @param {import('./fuzz.mjs').Target} target */
async function delivery(target, /** @type {string} */ at) {
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    const { items } = await send(target, 'GET', `${at}/deliveries`);
    if (items[0]) return items[0].id;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 'unknown';
}

/**
 * @param {import('./fuzz.mjs').Target} target
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function send({ url, adminKey }, method, path, body) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'x-api-key': adminKey, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : undefined;
}
