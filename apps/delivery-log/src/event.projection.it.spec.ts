import { encodeSubscription, subscriptionKey } from '@posthorn/contracts';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase, waitFor } from '@posthorn/testing';
import {
  attempt,
  attemptRecords,
  control,
  event,
  eventRecords,
  record,
  snapshot,
} from './testing/builders.js';
import { Instance, openDatabase, truncate } from './testing/harness.js';

let stores: TestDatabase;
let db: Database;

beforeAll(async () => {
  stores = await testDatabase();
  db = await openDatabase(stores.url);
});
afterAll(async () => {
  await db?.stop();
  await stores?.drop();
});
beforeEach(() => truncate(db));

const matched = async () => {
  const rows = await db.query<{ seq: string; matched: string[] }>(
    'SELECT seq, matched FROM events ORDER BY seq',
  );
  return Object.fromEntries(rows.map((row) => [row.seq, row.matched]));
};

/** Event at 0 and 2 before, 4 after the subscription; 6 after it was disabled. */
const log = [
  event({ id: 'evt_0' }),
  control({ version: 1, filter: { types: ['customer.created'] } }),
  event({ id: 'evt_2' }),
  control({ version: 2 }),
  event({ id: 'evt_4' }),
  control({ version: 3, status: 'disabled' }),
  event({ id: 'evt_6' }),
  control({ version: 2 }),
  event({ id: 'evt_8' }),
];
const decided = { 0: [], 2: [], 4: ['sub_1'], 6: [], 8: [] };

const table = (given: Parameters<typeof snapshot>[0], matching: [number, string[] | null][]) => {
  const whole = snapshot(given);
  const entries = matching.map(([sinceSeq, types]) => ({ sinceSeq, filter: types && { types } }));
  return record(
    0,
    encodeSubscription({ snapshot: whole, matching: entries }),
    subscriptionKey(whole.tenantId, whole.id),
  );
};
const whole = table({ version: 3, status: 'disabled' }, [
  [1, ['customer.created']],
  [3, ['order.created']],
  [5, null],
]);

describe('events', () => {
  it.each([
    ['in one batch', [9]],
    ['one by one', [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ['cut at a control record', [3, 2, 4]],
  ])('keep what each of them matched, in its place: %s', async (_, sizes) => {
    const instance = new Instance(db);
    let from = 0;
    for (const size of sizes) {
      await instance.apply('events', eventRecords(log.slice(from, from + size), from));
      from += size;
    }
    expect(await matched()).toEqual(decided);
  });

  it('match the same when another instance goes on in the middle, and when batches repeat', async () => {
    const [one, other] = [new Instance(db), new Instance(db)];
    await one.apply('events', eventRecords(log.slice(0, 3)));
    await other.apply('events', eventRecords(log.slice(0, 4)));
    // `one` still remembers its book of three records ago.
    await one.apply('events', eventRecords(log.slice(4, 5), 4));
    await other.apply('events', eventRecords(log.slice(3, 7), 3));
    await one.apply('events', eventRecords(log.slice(5), 5));
    expect(await matched()).toEqual(decided);
  });

  it('match by what is stored, not by what a rolled back transaction had seen', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords(log.slice(0, 4)));
    const rolledBack = instance.applyThen('events', eventRecords(log.slice(4, 6), 4), () =>
      Promise.reject(new Error('rolled back')),
    );
    await expect(rolledBack).rejects.toThrow('rolled back');
    await instance.apply('events', eventRecords([event({ id: 'evt_4' })], 4));
    expect(await matched()).toMatchObject({ 4: ['sub_1'] });
  });

  it('match by what is stored, not by what a batch that failed half way had seen', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords(log.slice(0, 4)));
    const impossible = event({ acceptedAt: 1e300 });
    const failing = instance.apply('events', eventRecords([log[5]!, impossible], 4));
    await expect(failing).rejects.toThrow(/out of range/);
    await instance.apply('events', eventRecords([event({ id: 'evt_4' })], 4));
    expect(await matched()).toMatchObject({ 4: ['sub_1'] });
  });

  it.each([
    ['before them', 0],
    ['between them', 4],
    ['after them', 9],
  ])('match the same when the table of the owner is read %s', async (_, at) => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords(log.slice(0, at || 1)));
    await instance.apply('subscriptions', [whole]);
    if (at < 9) await instance.apply('events', eventRecords(log.slice(at || 1), at || 1));
    expect(await matched()).toEqual(decided);
  });

  it('match subscriptions whose control records have left the log', async () => {
    const instance = new Instance(db);
    await instance.apply('subscriptions', [table({ version: 7 }, [[1, ['order.created']]])]);
    await instance.apply('events', eventRecords([event({ id: 'evt_900' })], 900));
    expect(await matched()).toEqual({ 900: ['sub_1'] });
  });

  it('say why nothing matched, and keep the data byte for byte', async () => {
    const data = Buffer.from('{ "total": 1.0, "id": 12345678901234567890 }');
    const odd = event({
      type: 'inquiry.received',
      entity: null,
      data,
      source: 'urn:shop',
      timestamp: '2026-04-15T12:00:00+02:00',
    });
    await new Instance(db).apply('events', eventRecords([control(), odd]));
    const [row] = await db.query('SELECT * FROM events');
    expect(row).toMatchObject({
      partition: 3,
      seq: '1',
      tenant_id: 'vendor-17',
      event_id: 'evt_1',
      entity_name: null,
      entity_id: null,
      timestamp: '2026-04-15T12:00:00+02:00',
      source: 'urn:shop',
      accepted_at: new Date(odd.acceptedAt),
      data,
      matched: [],
      unmatched_reason: 'no subscription matched: one asks for other events than inquiry.received',
    });
  });

  it('survive a character that PostgreSQL cannot hold', async () => {
    await new Instance(db).apply(
      'events',
      eventRecords([event({ entity: { name: 'order', id: 'a\u0000b' } })]),
    );
    expect(await db.query('SELECT entity_id FROM events')).toEqual([{ entity_id: 'a\uFFFDb' }]);
  });

  it('keep no secret of a subscription', async () => {
    await new Instance(db).apply('events', eventRecords([control({ headers: { 'x-token': 'tok' } })]));
    const [row] = await db.query('SELECT snapshot::text FROM subscriptions');
    expect(JSON.stringify(row)).not.toMatch(/sealed|tok/);
  });
});

describe('a deletion that overtakes', () => {
  it('waits for attempts that are being recorded, so that it removes them, too', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords([control(), event()]));
    let commit: (() => void) | undefined;
    const recording = instance.applyThen(
      'attempts',
      attemptRecords([attempt()]),
      () => new Promise((resolve) => (commit = resolve)),
    );
    await waitFor(() => commit);
    const deleting = instance.apply('events', eventRecords([control({ version: 2, status: 'deleted' })], 2));
    const isWaiting = () =>
      db.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
    const first = await Promise.race([
      deleting.then(() => 'deleted'),
      waitFor(async () => (await isWaiting()).length > 0).then(() => 'waits'),
    ]);
    expect(first).toBe('waits');
    commit!();
    await Promise.all([recording, deleting]);
    await instance.purgeAll();
    await instance.apply('attempts', attemptRecords([attempt({ attempt: 2 })]));
    expect(
      await db.query('SELECT delivery_id FROM deliveries UNION SELECT delivery_id FROM attempts'),
    ).toEqual([]);
    expect(await matched()).toEqual({ 1: [] });
  });

  it('forgets a deleted subscription when the owner does', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords([control(), control({ version: 2, status: 'deleted' })]));
    await instance.apply('subscriptions', [record(1, null, subscriptionKey('vendor-17', 'sub_1'))]);
    expect(await db.query('SELECT 1 FROM subscriptions')).toEqual([]);
  });
});
