import { createHash } from 'node:crypto';
import { type AuditNote, decodeDirectory, encodeAuditNote } from '@posthorn/contracts';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { Stage, operatorKey, type Harness } from '../testing/harness.js';

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

describe('tenants and keys', () => {
  const tenants = '/v1/tenants';

  it('announces tenants and keys in the directory, keys as their hash, revocation as a record', async () => {
    const { id, key } = await vendor();
    const path = `${tenants}/${encodeURIComponent(id)}/keys`;
    const { body } = await api.call<{ items: { id: string }[] }>('GET', path, { key });
    const [{ id: keyId }] = body.items;
    expect(body.items).toEqual([
      {
        id: keyId,
        name: 'test',
        scopes: ['publish', 'read', 'manage'],
        expiresAt: null,
        createdAt: expect.any(String),
        lastUsedAt: null,
      },
    ]);
    expect((await api.call('DELETE', `${path}/${keyId}`, { key: operatorKey })).status).toBe(204);
    expect((await api.call('GET', path, { key })).status).toBe(401);
    expect((await api.call('DELETE', `${path}/${keyId}`, { key: operatorKey })).status).toBe(404);
    const mine = await waitFor(() => {
      const records = stage.directory.records.filter(
        ({ key: k }) => k.endsWith(keyId) || k.endsWith(encodeURIComponent(id)),
      );
      return records.length === 3 ? records : undefined;
    });
    const hash = createHash('sha256').update(key).digest('hex');
    const common = { kind: 'key', id: keyId, hash, tenantId: id, scopes: ['publish', 'read', 'manage'] };
    expect(mine.map(({ value }) => decodeDirectory(value))).toEqual([
      { kind: 'tenant', id, profile: 'brutlers', name: id, version: 1 },
      { ...common, expiresAt: null, revokedAt: null, version: 1 },
      { ...common, expiresAt: null, revokedAt: expect.any(Number), version: 2 },
    ]);
    expect(new Set(mine.map(({ partition }) => partition))).toEqual(new Set([0]));
  });

  it("announces the operator's key as good for every tenant", async () => {
    const hash = createHash('sha256').update(operatorKey).digest('hex');
    const found = await waitFor(() =>
      stage.directory.records
        .map(({ value }) => decodeDirectory(value))
        .find((one) => one.kind === 'key' && one.hash === hash),
    );
    expect(found).toMatchObject({ tenantId: null, scopes: ['publish', 'read', 'manage'], revokedAt: null });
  });

  it('makes keys with the prefix of the profile, the scopes and the end that were asked for', async () => {
    await api.tenant('owner-1', 'brz365');
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const made = await api.call('POST', `${tenants}/owner-1/keys`, {
      key: operatorKey,
      body: { name: 'reader', scopes: ['read'], expiresAt },
    });
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^key_/),
        name: 'reader',
        key: expect.stringMatching(/^ph_[A-Za-z0-9_-]{43}$/),
        scopes: ['read'],
        expiresAt,
        createdAt: expect.any(String),
        lastUsedAt: null,
      },
    ]);
    const { key } = made.body;
    const bearer = { headers: { authorization: `Bearer ${key}` } };
    expect((await api.call('GET', `${tenants}/owner-1`, bearer)).body).toMatchObject({ profile: 'brz365' });
    const write = { key, body: { name: 'more' } };
    expect((await api.call('POST', `${tenants}/owner-1/keys`, write)).body['code']).toBe('forbidden');
    await waitFor(async () => (await api.call('GET', `${tenants}/owner-1`, bearer)).status === 401);
  });

  it('says of an id that is taken that it is the id', async () => {
    await api.tenant('taken-1', 'brz365');
    const body = { id: 'taken-1', profile: 'standard' };
    const { status, body: problem } = await api.call('POST', tenants, { key: operatorKey, body });
    expect([status, problem]).toMatchObject([
      409,
      { code: 'conflict', errors: [{ pointer: '/id', detail: 'is taken' }] },
    ]);
  });

  it('renames a tenant, against the version that was read, and keeps who did it', async () => {
    const key = await api.tenant('renamed-1', 'brz365');
    const path = `${tenants}/renamed-1`;
    const read = await api.call('GET', path, { key });
    expect([read.headers.get('etag'), read.body]).toMatchObject(['"1"', { name: 'renamed-1', version: 1 }]);
    const rename = (name: unknown, etag?: string, more = {}) =>
      api.call<{ name: string; code: string; errors: object[] }>('PATCH', path, {
        key,
        body: { name, ...more },
        ...(etag ? { headers: { 'if-match': etag } } : {}),
      });
    const first = await rename('Vendor of Linz', '"1"');
    expect([first.status, first.headers.get('etag'), first.body]).toEqual([
      200,
      '"2"',
      { ...read.body, name: 'Vendor of Linz', version: 2 },
    ]);
    const late = await rename('Another', '"1"');
    expect([late.status, late.body.code]).toEqual([412, 'precondition-failed']);
    // The same again is no change.
    expect((await rename('Vendor of Linz')).headers.get('etag')).toBe('"2"');
    for (const [name, more, pointer] of [
      [' ', {}, '/name'],
      [null, {}, '/name'],
      ['x', { profile: 'standard' }, '/profile'],
    ] as const) {
      const refused = await rename(name, undefined, more);
      expect([refused.status, refused.body.errors]).toMatchObject([422, [{ pointer }]]);
    }
    expect((await api.call('GET', path, { key })).body).toMatchObject({ name: 'Vendor of Linz' });
    type Audit = { items: { aggregate: string; type: string; actor: string; changes: object }[] };
    const audit = await api.call<Audit>('GET', `${path}/audit`, { key });
    expect(audit.body.items.filter(({ aggregate }) => aggregate === 'tenant')).toMatchObject([
      { type: 'renamed', changes: { name: 'Vendor of Linz' }, actor: expect.stringMatching(/^key_/) },
      { type: 'created' },
    ]);
    const told = await waitFor(() =>
      stage.directory.records
        .map(({ value }) => decodeDirectory(value))
        .find((one) => one.kind === 'tenant' && one.id === 'renamed-1' && one.version === 2),
    );
    expect(told).toMatchObject({ name: 'Vendor of Linz', profile: 'brz365' });
  });

  it('says what an id may be made of, and takes all of it', async () => {
    const make = (id: string) =>
      api.call<{ errors: object[] }>('POST', tenants, {
        key: operatorKey,
        body: { id, profile: 'standard' },
      });
    expect((await make('.')).body.errors).toEqual([
      {
        pointer: '/id',
        detail:
          'must have 1 to 200 letters (a to z, A to Z), digits, ".", "_" or "-", and not begin with "."',
      },
    ]);
    for (const id of ['_a.B-9', '596ad63d-efa1-426e-dd93-08d9fa9598bf', `x${'9'.repeat(199)}`])
      expect((await make(id)).status).toBe(201);
  });

  it('gives no key more than its giver has', async () => {
    await api.tenant('owner-2', 'brz365');
    const path = `${tenants}/owner-2/keys`;
    const make = (key: string, scopes: string[]) =>
      api.call('POST', path, { key, body: { name: 'k', scopes } });
    const { body } = await make(operatorKey, ['manage', 'read']);
    expect((await make(body['key'], ['read'])).status).toBe(201);
    expect((await make(body['key'], ['publish'])).status).toBe(403);
  });

  it('keeps tenants apart: what is not yours does not exist', async () => {
    const [a, b] = [await vendor(), await vendor()];
    const there = `${tenants}/${encodeURIComponent(b.id)}`;
    const calls = [
      api.call('GET', there, { key: a.key }),
      api.call('GET', `${there}/keys`, { key: a.key }),
      api.call('POST', `${there}/keys`, { key: a.key, body: { name: 'x' } }),
      api.call('GET', `${there}/subscriptions`, { key: a.key }),
      api.call('POST', `${there}/subscriptions`, { key: a.key, body: {} }),
      api.call('GET', `${tenants}/nobody`, { key: a.key }),
      api.call('GET', `${tenants}/nobody`, { key: operatorKey }),
      api.call('GET', `${tenants}/a%00b`, { key: operatorKey }),
    ];
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(new Set(answers.map(({ body }) => body['detail'])).size).toBe(1);
  });

  it('lets nobody but the operator make or list tenants', async () => {
    const { key } = await vendor();
    expect((await api.call('POST', tenants, { key, body: { id: 'x', profile: 'standard' } })).status).toBe(
      403,
    );
    expect((await api.call('GET', tenants, { key })).status).toBe(403);
    const page = await api.call<{ items: { id: string }[]; nextCursor: string }>(
      'GET',
      `${tenants}?limit=2&cursor=${encodeURIComponent('vendor')}`,
      { key: operatorKey },
    );
    expect(page.body.items).toHaveLength(2);
    expect(page.body.nextCursor).toBe(page.body.items[1].id);
    for (const query of ['cursor=a&cursor=b', 'cursor=%00'])
      expect((await api.call('GET', `${tenants}?${query}`, { key: operatorKey })).status).toBe(422);
  });

  it.each([
    ['no id', { profile: 'standard' }, '/id'],
    ['a blank id', { id: ' ', profile: 'standard' }, '/id'],
    ['an id too long', { id: 'x'.repeat(201), profile: 'standard' }, '/id'],
    ['an id with a NUL', { id: 'a\0', profile: 'standard' }, '/id'],
    ['half a character', { id: '\ud800', profile: 'standard' }, '/id'],
    ['an id that no path can name', { id: '..', profile: 'standard' }, '/id'],
    ['an id that begins with a dot', { id: '.a', profile: 'standard' }, '/id'],
    ['an id with spaces', { id: ' lead ', profile: 'standard' }, '/id'],
    ['an id with letters that addresses escape', { id: 'bad id/ü#', profile: 'standard' }, '/id'],
    ['an id with a line break at its end', { id: 'a\n', profile: 'standard' }, '/id'],
    ['an unknown profile', { id: 'x', profile: 'shop' }, '/profile'],
    ['a field too many', { id: 'x', profile: 'standard', plan: 'gold' }, '/plan'],
  ])('refuses a tenant with %s', async (_, body, pointer) => {
    const before = await stage.everything();
    const answer = await api.call<{ errors: { pointer: string }[] }>('POST', tenants, {
      key: operatorKey,
      body,
    });
    expect([answer.status, answer.body.errors.map((error) => error.pointer)]).toEqual([422, [pointer]]);
    expect(await stage.everything()).toBe(before);
  });
});

describe('what was ordered elsewhere', () => {
  type Entry = { seq: string; id: string; aggregate: string; type: string; actor: string; version: number };
  type Page = { items: Entry[]; nextCursor: string | null };
  const note = (tenantId: string, id: string, more: Partial<AuditNote> = {}): Buffer =>
    encodeAuditNote({
      ...{ id: `${tenantId}/${id}`, tenantId, kind: 'delivery.retried', subjectId: 'dlv_1' },
      ...{ actor: 'usr_1', origin: '203.0.113.7', details: { subscriptionId: 'sub_1', attempt: 2 } },
      ...{ at: Date.parse('2026-04-15T10:00:00Z'), ...more },
    });

  let producer: Producer;
  const tell = (...values: Buffer[]) =>
    producer.send({
      topic: `${stage.stores.kafka.prefix}audit-notes.v1`,
      messages: values.map((value) => ({ value })),
    });
  beforeAll(async () => {
    const { brokers } = stage.stores.kafka;
    producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
  });
  afterAll(() => producer.disconnect());

  it('is in the audit trail of its tenant, once though told again, in its pages and its export', async () => {
    const [mine, theirs] = [
      await api.tenant('orders-1', 'standard'),
      await api.tenant('orders-2', 'standard'),
    ];
    const trail = async (query = '', key = mine): Promise<Page> =>
      (await api.call<Page>('GET', `/v1/tenants/orders-${key === mine ? 1 : 2}/audit${query}`, { key })).body;
    const before = (await trail()).items;
    const replay = note('orders-1', 'r', { kind: 'replay.created', subjectId: 'rpl_1', details: {} });
    await tell(note('orders-1', 'a'), note('orders-1', 'a'), Buffer.from('{'), replay);
    await waitFor(async () => (await trail()).items.length === before.length + 2);
    // Nothing that is read later comes twice, nor does what nobody can use stop it.
    await tell(note('orders-1', 'a'), replay, note('orders-1', 'b', { actor: 'a\0' }));
    await tell(note('orders-2', 'a', { kind: 'erasure.created', subjectId: 'ers_1' }));
    await waitFor(async () => (await trail('', theirs)).items[0]?.id === 'ers_1');

    const { items } = await trail();
    const retried = { aggregate: 'delivery', type: 'retried', id: 'dlv_1', origin: '203.0.113.7' };
    expect(items).toMatchObject([
      { ...retried, version: 2, actor: 'a\uFFFD' },
      { aggregate: 'replay', type: 'created', id: 'rpl_1', version: 1, actor: 'usr_1' },
      {
        ...{ ...retried, version: 1, actor: 'usr_1', at: '2026-04-15T10:00:00.000Z' },
        ...{ changes: { subscriptionId: 'sub_1', attempt: 2 } },
      },
      ...before,
    ]);
    expect((await trail('', theirs)).items.filter(({ aggregate }) => aggregate !== 'api-key')).toMatchObject([
      { aggregate: 'erasure', type: 'created', id: 'ers_1' },
      { aggregate: 'tenant' },
    ]);
    const seen: Entry[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await trail(`?limit=1&cursor=${cursor}`);
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(items);
    const { text } = await api.call('GET', '/v1/tenants/orders-1/audit/export', { key: mine });
    const exported = text.trim().split('\n');
    expect(exported.map((line) => JSON.parse(line) as Entry)).toEqual([...items].reverse());
  }, 30_000);

  it('is read again where it could not be kept', async () => {
    const key = await api.tenant('orders-3', 'standard');
    await stage.db.query('ALTER TABLE subscription_api.audit_notes RENAME TO away');
    await tell(note('orders-3', 'a'));
    await waitFor(() => api.problems().includes('records cannot be taken yet'));
    await stage.db.query('ALTER TABLE subscription_api.away RENAME TO audit_notes');
    await waitFor(async () => {
      const { body } = await api.call<Page>('GET', '/v1/tenants/orders-3/audit', { key });
      return body.items?.[0]?.id === 'dlv_1';
    });
  });
});
