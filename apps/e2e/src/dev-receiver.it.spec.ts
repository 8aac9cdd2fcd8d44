import { readFileSync } from 'node:fs';
import { waitFor } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { Product } from './testing/product.js';

type Seen = {
  kind: string;
  method: string;
  body: string;
  attempt: number | null;
  event: { entity: { id: string } } | null;
  signature: { state: string; scheme: string };
  place: { nth: number; isLate: boolean } | null;
  answer: { status: number | null };
};
type Hook = { requests: Seen[]; counts: Record<string, number> };

const vector = new URL('../../../libs/testing/vectors/brz365.json', import.meta.url);
const documented = JSON.parse(readFileSync(vector, 'utf8')) as {
  headers: Record<string, string>;
  body: string;
};
const example = JSON.parse(documented.body) as Record<string, string>;
const control = '/dev/receiver/api/webhook-callback';

let product: Product;
let caller: Caller;

beforeAll(async () => {
  product = await Product.start(['standalone'], { POSTHORN_DEV_RECEIVER: 'on' });
  caller = new Caller(product);
}, 90_000);

afterAll(async () => {
  await caller.close();
  await product.stop();
}, 60_000);

const tell = (body: object) => caller.call('PATCH', control, { body });
const seen = async () => (await caller.call<Hook>('GET', control)).body;
const until = (fits: (hook: Hook) => boolean, timeoutMs = 15_000) =>
  waitFor(async () => ((hook) => (fits(hook) ? hook : undefined))(await seen()), { timeoutMs });

const eventOf = (entityId: string, n: number) => ({
  tenantId: example.licenseOwnerId,
  type: `${example.entityName}.${example.event}`,
  entity: { name: example.entityName, id: entityId },
  timestamp: new Date(Date.parse(example.timestamp) + n * 1_000).toISOString(),
});

it('a newcomer sees the documented BRZ 365 event arrive, deliveries pause, and what waited come in order', async () => {
  const { authorization } = documented.headers;
  const { id, key } = await caller.tenant('brz365', example.licenseOwnerId);
  const url = `${product.app('standalone').url}/dev/receiver/hooks/webhook-callback`;
  const filter = { entities: [{ name: example.entityName, changes: ['create', 'change', 'delete'] }] };
  const webhook = { name: 'First webhook', url, auth: { authorization }, filter };
  const subscriptions = `/v1/tenants/${id}/subscriptions`;

  expect((await tell({ secret: authorization, failing: true })).status).toBe(200);
  const refused = await caller.call<{ code: string }>('POST', subscriptions, { key, body: webhook });
  expect([refused.status, refused.body.code]).toEqual([422, 'verification-failed']);
  await tell({ failing: false });
  const subscription = await caller.subscription(id, key, webhook);
  const asked = (await seen()).requests.map(({ kind, method, signature, answer }) => [
    ...[kind, method, signature.state, answer.status],
  ]);
  expect(asked).toEqual([
    ['verification', 'HEAD', 'valid', 500],
    ['verification', 'HEAD', 'valid', 200],
  ]);

  expect(
    (await caller.publish(key, { ...eventOf(example.entityId, 0), timestamp: example.timestamp })).status,
  ).toBe(202);
  const arrived = (await until(({ counts }) => counts.accepted === 1)).requests.at(-1)!;
  expect(arrived).toMatchObject({ body: documented.body, signature: { state: 'valid', scheme: 'brz365' } });

  await tell({ failing: true, failStatus: 503 });
  for (let n = 1; n <= 6; n++) await caller.publish(key, eventOf(`bp-${n}`, n));
  const paused = await until(({ counts }) => counts.refused === 3);
  const attempts = paused.requests.filter(({ answer }) => answer.status === 503);
  expect(attempts.map(({ event, attempt }) => [event?.entity.id, attempt])).toEqual([
    ...[1, 2, 3].map((attempt) => ['bp-1', attempt]),
  ]);
  const { body } = await caller.call<{ health: { state: string } }>(
    'GET',
    `${subscriptions}/${subscription.id}`,
    { key },
  );
  expect(body.health.state).toBe('parked');

  await tell({ failing: false });
  expect((await caller.call('POST', `${subscriptions}/${subscription.id}/retry`, { key })).status).toBe(202);
  const { requests, counts } = await until(({ counts }) => counts.accepted === 7);
  const accepted = requests.flatMap(({ event, place }) =>
    place ? [[place.nth, event?.entity.id, place.isLate]] : [],
  );
  expect(accepted).toEqual([
    [1, example.entityId, false],
    ...[1, 2, 3, 4, 5, 6].map((n) => [n + 1, `bp-${n}`, false]),
  ]);
  expect(counts).toMatchObject({ invalid: 0, unsigned: 0, late: 0, repeats: 0 });
}, 60_000);
