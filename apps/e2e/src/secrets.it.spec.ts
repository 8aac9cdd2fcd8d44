import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { Receiver, waitFor } from '@posthorn/testing';
import { Caller, type DeliveryView } from './testing/caller.js';
import { Product } from './testing/product.js';
import {
  searchFiles,
  searchTables,
  searchTopics,
  SecretSearch,
  type Find,
  type Secret,
} from './testing/secret-search.js';

/** Set by the runner where the broker is its own. */
const kafkaData = process.env['TEST_KAFKA_DATA'];
const ring = randomBytes(32).toString('base64');
const secrets: Secret[] = [{ name: 'key ring', text: ring }];
/** Whatever an exporter of traces sends. */
const traces: Buffer[] = [];

let collector: Server;
let product: Product;
let caller: Caller;
let receiver: Receiver;

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      traces.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  receiver = await Receiver.start(({ method, headers }, i) => {
    const origin = String(headers['webhook-request-origin'] ?? '');
    if (method === 'OPTIONS')
      return { headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' } };
    return method === 'POST' && i % 2 === 0 ? 500 : 200;
  });
  product = await Product.start(['standalone'], {
    POSTHORN_SECRET_KEYS: `k1:${ring}`,
    POSTHORN_LOG_LEVEL: 'debug',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
  caller = new Caller(product);
  keep('operator key', product.adminKey);
}, 90_000);

afterAll(async () => {
  await caller.close();
  await product.stop();
  await receiver.close();
  collector.close();
  collector.closeAllConnections();
}, 60_000);

/** @returns it */
function keep(name: string, text: string): string {
  if (text.length < 12) throw new Error(`${name} is too short to be looked for: ${text}`);
  secrets.push({ name, text });
  return text;
}
const fresh = (name: string): string =>
  keep(name, `${name.replaceAll(' ', '-')}-${randomBytes(18).toString('hex')}`);

async function expectCall<T = Record<string, string>>(
  wanted: number,
  ...[method, path, options]: Parameters<Caller['call']>
): Promise<T> {
  const { status, body } = await caller.call<T>(method, path, options);
  expect([path, status, status === wanted ? '' : body]).toEqual([path, wanted, '']);
  return body;
}

const profiles = {
  brutlers: { filter: { types: ['order.created'] } },
  brz365: { filter: { entities: [{ name: 'Order', changes: ['create'] }] } },
  standard: { filter: { types: ['order.created'] } },
  cloudevents: { filter: { types: ['order.created'] } },
} as const;
type Profile = keyof typeof profiles;

/** What a caller chooses himself, in the profile's form. */
const supplied = (profile: Profile): object =>
  profile === 'brz365'
    ? { authorization: fresh('authorization') }
    : { secret: keep(`${profile} supplied secret`, own(profile)) };
const own = (profile: Profile): string =>
  profile === 'brutlers' ? randomBytes(32).toString('hex') : `whsec_${randomBytes(32).toString('base64')}`;

async function subscribe(profile: Profile, tenantId: string, key: string, auth?: object): Promise<string> {
  const body = {
    ...{ name: `w-${randomUUID()}`, url: `${receiver.url}/hook`, ...profiles[profile] },
    ...{ retryPolicy: { delaysMs: [200, 200, 200] }, ...(auth ? { auth } : {}) },
    headers: { 'x-api-token': fresh(`${profile} header`) },
  };
  const path = `/v1/tenants/${tenantId}/subscriptions`;
  const headers = { 'idempotency-key': randomUUID() };
  const made = await expectCall<{ id: string; secret?: string }>(201, 'POST', path, { key, body, headers });
  if (made.secret) keep(`${profile} generated secret`, made.secret);
  return `${path}/${made.id}`;
}

async function lifeOf(profile: Profile): Promise<void> {
  const { id, key } = await caller.tenant(profile, profile === 'brz365' ? randomUUID() : `t-${profile}`);
  keep(`${profile} API key`, key);
  const at = `/v1/tenants/${id}`;
  const paths = [await subscribe(profile, id, key, supplied(profile))];
  if (profile !== 'brz365') paths.push(await subscribe(profile, id, key));
  for (const path of paths) {
    const auth = supplied(profile);
    await expectCall(201, 'POST', `${path}/secrets`, { key, body: { auth } });
    await expectCall(200, 'POST', `${path}/test`, { key, body: {} });
    await expectCall(200, 'POST', `${path}/render`, { key, body: {} });
    await expectCall(200, 'PATCH', path, {
      key,
      body: { headers: { 'x-api-token': fresh('newer header') } },
    });
    await expectCall(200, 'GET', `${path}/history`, { key });
  }
  if (profile === 'standard' || profile === 'cloudevents') {
    const made = await expectCall(201, 'POST', `${paths[1]}/secrets`, { key, body: { kind: 'ed25519' } });
    keep(`${profile} ed25519 key`, made['secret']);
  }
  await failing(profile, at, key);
  const type = profile === 'brz365' ? 'Order.create' : 'order.created';
  const entity = { name: 'Order', id: 'o1' };
  const event = { tenantId: id, type, entity, timestamp: new Date().toISOString(), data: { id: 'o1' } };
  expect((await caller.publish(key, event)).status).toBe(202);
  await waitFor(
    async () => {
      const { body } = await caller.call<{ items: DeliveryView[] }>('GET', `${at}/deliveries`, { key });
      return body.items.length === paths.length && body.items.every(({ status }) => status === 'delivered');
    },
    { timeoutMs: 30_000, message: `the deliveries of ${profile}` },
  );
}

/** What is refused was said all the same. */
async function failing(profile: Profile, at: string, key: string): Promise<void> {
  const secret = fresh(`${profile} refused secret`);
  const body = { name: 'x', url: `${receiver.url}/hook`, ...profiles[profile], auth: { wrong: secret } };
  await expectCall(422, 'POST', `${at}/subscriptions`, { key, body });
  const auth = profile === 'brz365' ? { authorization: ` ${secret}` } : { secret: `${secret} with blanks` };
  await expectCall(422, 'POST', `${at}/subscriptions`, { key, body: { ...body, auth } });
  await expectCall(400, 'POST', `${at}/subscriptions`, { key, body: `{"auth":{"secret":"${secret}"` });
  await expectCall(401, 'GET', `${at}/subscriptions`, { key: fresh('unknown key') });
  expect((await caller.publish(fresh('unknown publishing key'), {})).status).toBe(401);
  const { id } = await expectCall(201, 'POST', `${at}/keys`, { key, body: { name: 'short' } }).then(
    (made) => {
      keep(`${profile} revoked key`, made['key']);
      return made;
    },
  );
  await expectCall(204, 'DELETE', `${at}/keys/${id}`, { key });
}

async function people(): Promise<void> {
  const admin = { key: product.adminKey };
  const { id, key } = await caller.tenant('standard', 't-people');
  const [first, next, wrong] = ['first password', 'next password', 'wrong password'].map(fresh);
  const email = 'u@secrets.test';
  const user = { email, name: 'U', role: 'tenant-admin', password: first };
  await expectCall(201, 'POST', `/v1/tenants/${id}/users`, { key, body: user });
  const operator = { email: 'op@secrets.test', name: 'Op', password: fresh('operator password') };
  await expectCall(201, 'POST', '/v1/users', { ...admin, body: operator });
  await expectCall(401, 'POST', '/v1/session', { body: { email, password: wrong } });
  const cookie = await sessionOf('/v1/session', { email, password: first });
  await expectCall(200, 'GET', `/v1/tenants/${id}/subscriptions`, { headers: { cookie } });
  await expectCall(200, 'GET', `/v1/tenants/${id}/deliveries`, { headers: { cookie } });
  const change = { current: first, new: next };
  await expectCall(204, 'POST', '/v1/session/password', {
    headers: { cookie, 'idempotency-key': randomUUID() },
    body: change,
  });
  await sessionOf('/v1/session', { email, password: next });
  const link = await expectCall(201, 'POST', `/v1/tenants/${id}/portal-links`, { key, body: {} });
  const token = keep('link token', link['token']);
  await sessionOf('/v1/session/link', { token });
  await expectCall(401, 'POST', '/v1/session/link', { body: { token } });
}

async function sessionOf(path: string, body: object): Promise<string> {
  const response = await fetch(product.app('subscription-api').url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  const cookie = (response.headers.get('set-cookie') ?? '').split(';', 1)[0];
  keep('session token', cookie.split('=')[1]);
  return cookie;
}

async function searchEverywhere(search: SecretSearch): Promise<Find[]> {
  const { database, kafka, apps } = product;
  const finds = [...(await searchTables(database.url, search)), ...(await searchTopics(kafka, search))];
  if (kafkaData) finds.push(...searchFiles(kafkaData, kafka.prefix, search));
  for (const [name, { output }] of apps)
    finds.push(...search.in(`log ${name}`, Buffer.from(output.join(''))));
  finds.push(...search.in('traces', Buffer.concat(traces)));
  return finds;
}

it('no secret stands in clear, base64 or hex in Kafka, PostgreSQL, logs or traces', async () => {
  for (const profile of Object.keys(profiles) as Profile[]) await lifeOf(profile);
  await people();
  await expectCall(200, 'POST', '/v1/secrets/reseal', { key: product.adminKey });
  const search = new SecretSearch(secrets);
  expect(await searchEverywhere(search)).toEqual([]);
  expect(secrets.length).toBeGreaterThan(50);
  const places = ['table', 'topic', 'log', ...(kafkaData ? ['file'] : [])];
  for (const place of places) expect([place, search.looked[place] > 10_000]).toEqual([place, true]);
  // The oldest lines go first where there are too many.
  expect(product.app('standalone').output.length).toBeLessThan(2_000);
}, 180_000);

it('the search finds what is planted, in every place and form', async () => {
  const [plain, packed, hidden, logged] = ['plain', 'packed', 'hidden', 'logged'].map((name) => ({
    name,
    text: `whsec_${randomBytes(32).toString('base64')}`,
  }));
  const { brokers, prefix } = product.kafka;
  const topic = `${prefix}planted`;
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
  await producer.send({ topic, messages: [{ value: `a${plain.text}` }] });
  const headers = { h: Buffer.from(`xy${packed.text}`).toString('base64') };
  await producer.send({
    topic,
    compression: CompressionTypes.GZIP,
    messages: [{ value: 'v'.repeat(500), headers }],
  });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  const client = new pg.Client({ connectionString: product.database.url });
  await client.connect();
  await client.query('CREATE SCHEMA planted');
  await client.query('CREATE TABLE planted.t (b bytea)');
  const raw = Buffer.from(hidden.text.slice('whsec_'.length), 'base64');
  await client.query('INSERT INTO planted.t VALUES ($1)', [Buffer.concat([Buffer.from('key='), raw])]);
  await client.end();
  product.app('standalone').output.push(Buffer.from(logged.text).toString('hex'));
  const finds = await searchEverywhere(new SecretSearch([plain, packed, hidden, logged]));
  const found = (place: string, secret: { name: string }) =>
    finds
      .filter((find) => find.place.startsWith(place) && find.secret === secret.name)
      .map(({ form }) => form);
  expect(found('topic', plain)).toContain('in clear');
  expect(found('topic', packed)).toContain('in base64');
  expect(found('table', hidden)).toContain('its bytes in clear');
  expect(found('log', logged)).toContain('in hex');
  if (kafkaData) expect(found('file', plain)).toContain('in clear');
}, 60_000);
