import { secretContext } from '@posthorn/contracts';
import { partitionFor } from '@posthorn/messaging';
import { KeyRing } from '@posthorn/runtime';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Stage, operatorKey, secretKeys, type Harness } from '../testing/harness.js';

type Webhook = {
  id: string;
  url: string;
  events: string[];
  status: string;
  createdAt: string;
  secret?: string;
};

/** The body of the documented call, as it is printed. */
const documentedBody = `{
"url": "https://meine-app.de/webhooks/brutlers",
"events": ["order.created", "order.status_changed"]
}`;

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

let vendors = 0;
/** A vendor of its own for every test, so that none sees another's webhooks. */
async function vendor(): Promise<{ id: string; key: string }> {
  const id = `vendor ${++vendors} ä/ö`;
  return { id, key: await api.tenant(id, 'brutlers') };
}

const register = (key: string, body: unknown = documentedBody, at = api) =>
  at.call<Webhook>('POST', '/api/vendor/webhooks', { key, body });
const list = async (key: string) => (await api.call<Webhook[]>('GET', '/api/vendor/webhooks', { key })).body;

describe("Brutlers' documented API", () => {
  it('registers with the documented call, which shows the secret this once', async () => {
    const { key } = await vendor();
    const began = performance.now();
    const { status, body } = await register(key);
    expect(performance.now() - began).toBeLessThan(1_000); // the name does not resolve here
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^sub_[a-z2-7]{26}$/),
      url: 'https://meine-app.de/webhooks/brutlers',
      events: ['order.created', 'order.status_changed'],
      status: 'active',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { secret: _, ...shown } = body;
    expect(await list(key)).toEqual([shown]);
    expect((await api.call('GET', `/api/vendor/webhooks/${body.id}`, { key })).body).toEqual(shown);
  });

  it("has the control record in the tenant's partition when the answer comes, the secret sealed to its place", async () => {
    const { id: tenantId, key } = await vendor();
    const { body } = await register(key);
    const [snapshot] = await waitFor(() =>
      stage.snapshots(body.id).length > 0 ? stage.snapshots(body.id) : undefined,
    );
    const [record] = stage.events.records.filter(({ value }) => value.includes(body.id));
    expect([record.key, record.partition]).toEqual([tenantId, partitionFor(tenantId, 4)]);
    expect(snapshot).toEqual({
      tenantId,
      id: body.id,
      version: 1,
      profile: 'brutlers',
      name: '',
      url: body.url,
      status: 'active',
      ordering: 'unordered',
      filter: { types: body.events },
      secrets: [{ sealed: expect.any(String) }],
      retryPolicy: { delaysMs: [10_000, 60_000, 600_000], jitter: 0.1 },
      timeoutMs: 10_000,
      rateLimit: null,
      headers: {},
      metadata: {},
      createdAt: body.createdAt,
      updatedAt: body.createdAt,
    });
    const ring = KeyRing.parse(secretKeys);
    const [{ sealed }] = snapshot.secrets;
    expect(ring.open(sealed, secretContext(tenantId, body.id)).toString()).toBe(body.secret);
    expect(() => ring.open(sealed, secretContext(tenantId, 'sub_other'))).toThrow();
  });

  it('keeps no secret and no key in clear: not in a table, not in the log, not in what it prints', async () => {
    const { key } = await vendor();
    const { body } = await register(key);
    await waitFor(() => stage.snapshots(body.id).length > 0);
    const tables = await stage.db.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'subscription_api'`,
    );
    let stored = '';
    for (const { name } of tables.rows) {
      const { rows } = await stage.db.query(`SELECT t::text AS text FROM subscription_api.${name} t`);
      stored += rows.map(({ text }) => text).join('\n');
    }
    expect(stored).toContain(body.id); // it did look
    const said = [...stage.events.records, ...stage.directory.records]
      .map(({ value }) => value.toString())
      .join('\n');
    for (const place of [stored, said, api.logged.join('')])
      for (const secret of [body.secret!, key, operatorKey]) {
        expect(place).not.toContain(secret);
        expect(place).not.toContain(Buffer.from(secret).toString('hex'));
      }
  });

  it.each(['PUT', 'PATCH'])('updates URL, events or status by %s', async (method) => {
    const { key } = await vendor();
    const { body: made } = await register(key);
    const update = (body: unknown) =>
      api.call<Webhook>(method, `/api/vendor/webhooks/${made.id}`, { key, body });
    const { secret: _, ...shown } = made;
    const paused = await update({ status: 'inactive' });
    expect([paused.status, paused.body]).toEqual([200, { ...shown, status: 'inactive' }]);
    const moved = await update({ url: 'https://other.example/x', events: ['customer.created'] });
    const expected = { ...shown, url: 'https://other.example/x', events: ['customer.created'] };
    expect(moved.body).toEqual({ ...expected, status: 'inactive' });
    expect((await update({ status: 'active' })).body).toEqual(expected);
    expect(await list(key)).toEqual([expected]);
    await waitFor(() => stage.snapshots(made.id).length === 4);
    expect(stage.snapshots(made.id).map(({ version, status, url }) => [version, status, url])).toEqual([
      [1, 'active', made.url],
      [2, 'disabled', made.url],
      [3, 'disabled', expected.url],
      [4, 'active', expected.url],
    ]);
  });

  it('an update that changes nothing is nothing', async () => {
    const { key } = await vendor();
    const { body: made } = await register(key);
    const before = await stage.everything();
    const answer = await api.call<Webhook>('PUT', `/api/vendor/webhooks/${made.id}`, {
      key,
      body: { url: made.url, events: made.events, status: 'active' },
    });
    expect(answer.status).toBe(200);
    expect(await stage.everything()).toBe(before);
  });

  it('leaves a pause and a condition, of which it has no words, as they are', async () => {
    const { id: tenantId, key } = await vendor();
    const { body: made } = await register(key);
    const own = `/v1/tenants/${encodeURIComponent(tenantId)}/subscriptions/${made.id}`;
    const filter = { types: made.events, expression: 'data.total > 100' };
    await api.call('PATCH', own, { key, body: { filter } });
    expect((await api.call('POST', `${own}/pause`, { key })).status).toBe(202);
    const path = `/api/vendor/webhooks/${made.id}`;
    const { body: read } = await api.call<Webhook>('GET', path, { key });
    expect(read.status).toBe('inactive');
    const moved = { url: 'https://other.example/x', events: ['customer.created'], status: read.status };
    expect((await api.call('PUT', path, { key, body: moved })).status).toBe(200);
    const last = await waitFor(() => stage.snapshots(made.id).find(({ url }) => url === moved.url));
    expect(last).toMatchObject({ status: 'paused', filter: { ...filter, types: moved.events } });
    expect((await api.call<Webhook>('PUT', path, { key, body: { status: 'active' } })).status).toBe(200);
    await waitFor(() => stage.snapshots(made.id).at(-1)?.status === 'active');
  });

  it('deletes: gone from the API, said in the log', async () => {
    const { key } = await vendor();
    const { body: made } = await register(key);
    const path = `/api/vendor/webhooks/${made.id}`;
    const answer = await api.call('DELETE', path, { key });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await list(key)).toEqual([]);
    for (const [method, body] of [['GET'], ['DELETE'], ['PATCH', { status: 'inactive' }]] as [
      string,
      object?,
    ][])
      expect((await api.call(method, path, { key, body })).body).toMatchObject({
        status: 404,
        detail: 'No such webhook.',
      });
    await waitFor(() => stage.snapshots(made.id).length === 2);
    expect(stage.snapshots(made.id)[1]).toMatchObject({ version: 2, status: 'deleted' });
  });

  it('has room for five: the sixth is refused, and of twenty at once, by two instances, five remain', async () => {
    const { key } = await vendor();
    const both = [api, await stage.start()];
    const calls = Array.from({ length: 20 }, (_, i) => register(key, documentedBody, both[i % 2]));
    const answers = await Promise.all(calls);
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(5);
    for (const { status, body } of answers.filter((answer) => !made.includes(answer)))
      expect([status, (body as unknown as { code: string }).code]).toEqual([409, 'limit-reached']);
    expect((await list(key)).map(({ id }) => id).sort()).toEqual(made.map(({ body }) => body.id).sort());
    const before = await stage.everything();
    expect((await register(key)).status).toBe(409);
    expect(await stage.everything()).toBe(before);
    await api.call('DELETE', `/api/vendor/webhooks/${made[0].body.id}`, { key });
    expect((await register(key)).status).toBe(201);
  });
});

it('changes or deletes a webhook only at the version that If-Match names', async () => {
  const { key } = await vendor();
  const path = `/api/vendor/webhooks/${(await register(key)).body.id}`;
  const seen = (await api.call('GET', path, { key })).headers.get('etag') ?? '';
  const change = (method: string, tag: string, events = ['order.created']) =>
    api.call(method, path, {
      ...{ key, headers: { 'if-match': tag } },
      ...(method === 'DELETE' ? {} : { body: { events } }),
    });
  const changed = await change('PATCH', seen);
  const tag = changed.headers.get('etag') ?? '';
  expect([changed.status, tag === seen]).toEqual([200, false]);
  for (const method of ['PATCH', 'PUT', 'DELETE']) expect((await change(method, seen)).status).toBe(412);
  expect((await change('PUT', tag, ['order.status_changed'])).status).toBe(200);
  const newest = (await api.call('GET', path, { key })).headers.get('etag') ?? '';
  expect((await change('DELETE', newest)).status).toBe(204);
});
