import { decodeEvents, type LaneCommand } from '@posthorn/contracts';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { operatorKey, Stage, type Answer, type Harness } from '../testing/harness.js';

type View = { id: string; version: number; secret?: string; headers: Record<string, string> };
type Page = { items: View[]; nextCursor: string | null };
type Problem = { code: string; detail: string; errors?: { pointer: string; detail: string }[] };

let stage: Stage;
let api: Harness;
let second: Harness;
const env = { POSTHORN_EGRESS_ALLOW: '127.0.0.0/8', POSTHORN_EGRESS_HTTP: 'on' };
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }, env));
  second = await stage.start(env);
}, 60_000);
afterAll(() => stage.close(), 30_000);

let tenants = 0;
async function tenant(profile = 'standard'): Promise<{ path: string; key: string; id: string }> {
  const id = `life-${++tenants}`;
  return { id, key: await api.tenant(id, profile), path: `/v1/tenants/${id}/subscriptions` };
}
const url = 'https://receiver.example/hook';
const cursorOf = (at: string) => Buffer.from(JSON.stringify([at, 'x'])).toString('base64url');
const commands = (tenantId: string): LaneCommand[] =>
  stage.events.records
    .map(({ value }) => decodeEvents(value))
    .filter((message) => message.kind === 'command' && message.tenantId === tenantId) as LaneCommand[];

describe('If-Match', () => {
  it('lets a change through only on the version it was made for', async () => {
    const { key, path } = await tenant();
    const made = await api.call<View>('POST', path, { key, body: { url } });
    expect(made.headers.get('etag')).toBe('"1"');
    const at = `${path}/${made.body.id}`;
    const patch = (tag: string, method = 'PATCH') =>
      api.call<View & Problem>(method, at, {
        key,
        headers: { 'if-match': tag },
        ...(method === 'DELETE' ? {} : { body: { url, description: tag } }),
      });
    const first = await patch('"1"');
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      const stale = await patch('"1"', method);
      expect([method, stale.status, stale.body.code]).toEqual([method, 412, 'precondition-failed']);
    }
    expect((await patch('W/"2"')).status).toBe(412);
    expect((await patch('"9", "2"')).status).toBe(200);
    expect((await api.call('GET', at, { key })).headers.get('etag')).toBe('"3"');
    expect((await patch('*', 'DELETE')).status).toBe(204);
  });
});

describe('Idempotency-Key', () => {
  it('carries a POST out once, on every instance, and gives the same answer again', async () => {
    const { key, path } = await tenant();
    const call = (where: Harness, body: object, headers = { 'idempotency-key': 'order-1' }) =>
      where.call<View & Problem>('POST', path, { key, body, headers });
    const first = await call(api, { url });
    const again = await call(second, { url });
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(first.body.secret).toMatch(/^whsec_/);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect([first, again].map(({ headers }) => headers.get('etag'))).toEqual(['"1"', '"1"']);
    const other = await call(second, { url, name: 'another' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    expect((await api.call<Page>('GET', path, { key })).body.items).toHaveLength(1);
    // The answer holds a secret: it does not stand in the table as text.
    const { rows } = await stage.db.query<{ t: string }>(
      'SELECT t::text AS t FROM subscription_api.idempotency_keys t',
    );
    expect(rows.map(({ t }) => t).join()).not.toContain(first.body.secret);
  });

  it('does one of many at once, and leaves a key free after an error', async () => {
    const { key, path } = await tenant();
    const headers = { 'idempotency-key': 'k' };
    const wrong = await api.call<Problem>('POST', path, { key, headers, body: { url: 'ftp://x' } });
    expect(wrong.status).toBe(422);
    const calls = Array.from({ length: 6 }, (_, i) =>
      (i % 2 ? api : second).call<View & Problem>('POST', path, { key, headers, body: { url } }),
    );
    const answers = await Promise.all(calls);
    for (const { status, body } of answers)
      expect(status === 201 ? 'made' : body.code).toMatch(/^(made|request-in-progress)$/);
    expect((await api.call<Page>('GET', path, { key })).body.items).toHaveLength(1);
  });

  it('keeps keys of two callers apart, and refuses one that is none', async () => {
    const one = await tenant();
    const two = await tenant();
    const headers = { 'idempotency-key': 'same' };
    for (const { key, path } of [one, two])
      expect((await api.call('POST', path, { key, headers, body: { url } })).status).toBe(201);
    const bad = { 'idempotency-key': 'a b' };
    expect((await api.call('POST', one.path, { key: one.key, headers: bad, body: { url } })).status).toBe(
      422,
    );
  });

  it('says so when a request was carried out but its answer was lost', async () => {
    const { key, path } = await tenant();
    const headers = { 'idempotency-key': 'crash' };
    const { body } = await api.call<View>('POST', path, { key, headers, body: { url } });
    const age = "answer = NULL, created_at = now() - interval '2 minutes'";
    await stage.db.query(`UPDATE subscription_api.idempotency_keys SET ${age} WHERE key = 'crash'`);
    const again = await api.call<Problem>('POST', path, { key, headers, body: { url } });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect((await api.call<Page>('GET', path, { key })).body.items.map(({ id }) => id)).toEqual([body.id]);
  });
});

it('lists pages that meet without a gap or a repeat', async () => {
  const { key, path } = await tenant();
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push((await api.call<View>('POST', path, { key, body: { url } })).body.id);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: { body: Page } = await api.call<Page>('GET', `${path}?limit=2&cursor=${cursor}`, { key });
    expect(body.items.length).toBeLessThanOrEqual(2);
    seen.push(...body.items.map(({ id }) => id));
    cursor = body.nextCursor;
  }
  expect([...seen].sort()).toEqual([...ids].sort());
  for (const query of [
    'limit=0',
    'limit=x',
    'limit=201',
    'cursor=nonsense',
    `cursor=${cursorOf('1')}`,
    `cursor=${cursorOf('2026-02-31T99:00:00.000Z')}`,
  ])
    expect((await api.call('GET', `${path}?${query}`, { key })).status).toBe(422);
});

it('never shows a credential in a header again, nor writes it in clear', async () => {
  const { key, path, id: tenantId } = await tenant();
  const headers = { 'X-Tenant-Token': 'very-hidden-value', 'X-Colour': 'blue' };
  const { body } = await api.call<View>('POST', path, { key, body: { url, headers } });
  const hidden = { 'X-Tenant-Token': '[hidden]', 'X-Colour': 'blue' };
  expect(body.headers).toEqual(hidden);
  const at = `${path}/${body.id}`;
  // What was read may be sent back as it is: nothing changes.
  const same = await api.call<View>('PATCH', at, { key, body: { headers: hidden } });
  expect([same.body.version, same.body.headers]).toEqual([1, hidden]);
  // Names are compared as HTTP compares them: the value stays under its new capitals.
  const capitals = { 'x-tenant-token': '[hidden]', 'X-Colour': 'blue' };
  expect((await api.call<View>('PATCH', at, { key, body: { headers: capitals } })).body.version).toBe(2);
  await waitFor(() => stage.snapshots(body.id).length > 1 || undefined);
  const [first, second] = stage.snapshots(body.id);
  expect(second.headers).toEqual({
    'x-tenant-token': first.headers['X-Tenant-Token'],
    'X-Colour': 'blue',
  });
  const [snapshot] = stage.snapshots(body.id);
  expect(snapshot.headers['X-Tenant-Token']).toMatch(/^sealed:v1\./);
  const records = stage.events.records.map(({ value }) => value.toString('utf8')).join();
  expect(records + (await stage.everything())).not.toContain('very-hidden-value');
  expect(tenantId).toBeTruthy();
});

it('takes no [hidden] for a value, where there is none of its name to keep', async () => {
  const { key, path } = await tenant();
  const headers = { 'X-Tenant-Token': '[hidden]', 'X-Colour': 'blue' };
  const pointers = ({ status, body: { code, errors } }: Answer<View & Problem>) => [
    ...[status, code],
    ...(errors ?? []).map(({ pointer }) => pointer),
  ];
  const refused = [422, 'invalid', '/headers/X-Tenant-Token'];
  // As somebody sends it who makes a webhook from what was read of another one.
  const copy = await api.call<View & Problem>('POST', path, { key, body: { url, headers } });
  expect(pointers(copy)).toEqual(refused);
  const { body: made } = await api.call<View>('POST', path, {
    key,
    body: { url, headers: { 'X-Tenant-Token': 'very-hidden-value' } },
  });
  const at = `${path}/${made.id}`;
  await api.call('PATCH', at, { key, body: { headers: { 'X-Colour': 'blue' } } });
  for (const method of ['PATCH', 'PUT'])
    expect(pointers(await api.call<View & Problem>(method, at, { key, body: { url, headers } }))).toEqual(
      refused,
    );
  const { body } = await api.call<View>('GET', at, { key });
  expect([body.version, body.headers]).toEqual([2, { 'X-Colour': 'blue' }]);
});

describe('an expression', () => {
  it('is checked when it is saved, and decides in the match call', async () => {
    const { key, path } = await tenant();
    const wrong = await api.call<Problem>('POST', path, {
      key,
      body: { url, filter: { types: ['order.*'], expression: 'data.total >' } },
    });
    expect([wrong.status, wrong.body.errors?.[0].pointer]).toEqual([422, '/filter/expression']);
    const filter = { types: ['order.*'], expression: 'data.total > 100' };
    const { body } = await api.call<View>('POST', path, { key, body: { url, filter } });
    const match = async (type: string, total: number, more: object = {}) =>
      (
        await api.call<object>('POST', `${path}/${body.id}/match`, {
          key,
          body: { event: { type, entity: { name: 'order', id: '1' }, data: { total } }, ...more },
        })
      ).body;
    expect(await match('order.paid', 101)).toEqual({ matches: true, asked: true, holds: true });
    expect(await match('order.paid', 99)).toEqual({ matches: false, asked: true, holds: false });
    expect(await match('user.made', 101)).toEqual({ matches: false, asked: false, holds: true });
    const other = { filter: { types: ['user.*'] } };
    expect(await match('user.made', 1, other)).toEqual({ matches: true, asked: true, holds: true });
    expect(stage.snapshots(body.id)[0].filter).toEqual(filter);
  });
});

describe('startFrom', () => {
  it('orders a replay of what came before, behind the snapshot', async () => {
    const { key, path, id } = await tenant();
    const { body } = await api.call<View>('POST', path, { key, body: { url, startFrom: 'earliest' } });
    const [command] = await waitFor(() => (commands(id).length > 0 ? commands(id) : undefined));
    expect(command).toMatchObject({ subscriptionId: body.id, command: 'replay', args: { fromSeq: 0 } });
    const past = new Date(Date.now() - 3_600_000).toISOString();
    await api.call('POST', path, { key, body: { url, startFrom: past } });
    const [, timed] = await waitFor(() => (commands(id).length > 1 ? commands(id) : undefined));
    expect(timed.args).toEqual({ replayId: expect.stringMatching(/^rpl_/), fromSeq: expect.any(Number) });
    await api.call('POST', path, { key, body: { url, startFrom: 'now' } });
    expect(commands(id)).toHaveLength(2);
  });

  it.each(['strict', 'per-entity'])('begins there, where deliveries are in order (%s)', async (ordering) => {
    const { key, path, id } = await tenant();
    const make = { url, ordering, startFrom: 'earliest' };
    const { body } = await api.call<View>('POST', path, { key, body: make });
    await api.call('PATCH', `${path}/${body.id}`, { key, body: { name: 'later' } });
    await waitFor(() => stage.snapshots(body.id).length === 2);
    const controls = stage.events.records
      .map(({ value }) => decodeEvents(value))
      .filter((message) => message.kind === 'subscription' && message.snapshot.id === body.id);
    // Only the first record says it: a subscription begins once.
    expect(controls.map((control) => 'startSeq' in control && control.startSeq)).toEqual([0, false]);
    expect(commands(id)).toEqual([]);
    expect(body).not.toHaveProperty('startSeq');
  });

  it.each([
    ['of a text that is no time', { startFrom: 'tomorrow' }],
    ['of one that begins paused', { startFrom: 'earliest', status: 'paused' }],
  ])('is refused %s', async (_, more) => {
    const { key, path } = await tenant();
    const { status, body } = await api.call<Problem>('POST', path, { key, body: { url, ...more } });
    expect([status, body.errors?.[0].pointer]).toEqual([422, '/startFrom']);
  });
});

it('keeps the address a change came from', async () => {
  await api.call('POST', '/v1/tenants', { key: operatorKey, body: { id: 'origin', profile: 'standard' } });
  const { rows } = await stage.db.query(
    "SELECT origin FROM subscription_api.aggregate_events WHERE aggregate_id = 'origin'",
  );
  expect(rows).toEqual([{ origin: '127.0.0.1' }]);
});
