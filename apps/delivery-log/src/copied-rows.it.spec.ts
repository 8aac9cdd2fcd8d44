import { createHash } from 'node:crypto';
import type { AttemptsMessage } from '@posthorn/contracts';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { bytea, integer, texts } from './columns.js';
import { CopiedRows } from './copied-rows.js';
import { attempt, attemptRecords, control, delivered, event, eventRecords } from './testing/builders.js';
import { Instance, openDatabase, type Topic, truncate } from './testing/harness.js';

const few = 99;
const many = 250;

let stores: TestDatabase;
let db: Database;

beforeAll(async () => {
  stores = await testDatabase();
  db = await openDatabase(stores.url);
  await db.query('CREATE TABLE copied (n integer PRIMARY KEY, tags text[], data bytea)');
});
afterAll(async () => {
  await db?.stop();
  await stores?.drop();
});
beforeEach(async () => {
  await truncate(db);
  await db.query('TRUNCATE copied');
});

type Thing = { n: number; tags: string[]; data: Buffer | null };
const things = (count: number, bytes = 3): Thing[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ n, tags: ['ä"{', '', 'NULL'].slice(0, n % 4) },
    data: n % 2 === 0 ? null : Buffer.alloc(bytes, n),
  }));
const copied = new CopiedRows<Thing>('copied', [
  integer('n', ({ n }) => n),
  texts('tags', ({ tags }) => tags),
  bytea('data', ({ data }) => data),
]);
const write = (rows: Thing[]) => db.transaction((tx) => copied.write(tx, rows));
const stored = () => db.query('SELECT n, tags, md5(data) AS data FROM copied ORDER BY n');
const shown = (rows: Thing[]): object[] =>
  rows.map((row) => ({ ...row, data: row.data && createHash('md5').update(row.data).digest('hex') }));

describe('rows that are copied', () => {
  it('arrive as they are', async () => {
    expect(await write(things(many))).toBe(true);
    expect(await stored()).toEqual(shown(things(many)));
  });

  it('may be much larger than they mostly are', async () => {
    expect(await write(things(many, 20_000))).toBe(true);
    expect(await stored()).toEqual(shown(things(many, 20_000)));
  });

  it('are not, where there are few of them', async () => {
    expect(await write(things(few))).toBe(false);
    expect(await stored()).toEqual([]);
  });

  // Megabytes, so that the server has refused them long before they are all sent.
  it.each([3, 40_000])(
    'are all left out where one is there, and others come behind them: %s bytes',
    async (bytes) => {
      const [first, ...others] = things(many, bytes);
      await db.query('INSERT INTO copied (n, tags) VALUES ($1, $2)', [first.n, first.tags]);
      await db.transaction(async (tx) => {
        expect(await copied.write(tx, [first, ...others])).toBe(false);
        expect(await copied.write(tx, others)).toBe(true);
      });
      expect(await stored()).toEqual(shown(things(many, bytes)));
    },
  );

  it('are refused as others are where PostgreSQL cannot hold one', async () => {
    const odd = { n: -1, tags: ['a\0'], data: null };
    await expect(write([...things(many), odd])).rejects.toMatchObject({ code: '22021' });
    expect(await stored()).toEqual([]);
    expect(await write(things(many))).toBe(true);
  });
});

/** What the tables hold, whichever way it came into them. */
const columns: Record<string, string> = {
  events: 'seq, event_id, type, entity_id, accepted_at, data, matched, unmatched_reason',
  deliveries: `delivery_id, day, subscription_id, seq, status, attempts, next_attempt_at, last_status, first_attempt_at,
    finished_at, told, duration_ms, url, request_headers::text, response_body, truncated, timings::text`,
  attempts: 'delivery_id, attempt, day, outcome, final, url, response_body',
};
const tables = () =>
  Promise.all(
    Object.entries(columns).map(([table, names]) =>
      db.query<object>(`SELECT ${names} FROM ${table} ORDER BY 1, 2`),
    ),
  );

const of = (n: number): object => ({ eventId: `evt_${n}`, deliveryId: `dlv_${n}`, seq: n });
const numbered = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('hundreds of records at once', () => {
  const told: AttemptsMessage[] = [
    ...numbered(many).map((n) => (n % 10 === 0 ? attempt(of(n)) : delivered({ ...of(n), attempt: 1 }))),
    delivered({ ...of(10), attempt: 2 }),
    delivered({ ...of(20), attempt: 2 }),
  ];
  const published = [
    control({ version: 1, filter: { types: ['order.created'] } }),
    ...numbered(many).map((n) =>
      event({
        id: `evt_${n}`,
        type: n % 3 === 0 ? 'order.changed' : 'order.created',
        acceptedAt: Date.now(),
      }),
    ),
  ];
  const batches: [Topic, ReturnType<typeof attemptRecords>][] = [
    ['events', eventRecords(published)],
    ['attempts', attemptRecords(told)],
  ];

  it('are stored as a few at a time are', async () => {
    for (const [topic, records] of batches)
      for (let from = 0; from < records.length; from += few)
        await new Instance(db).apply(topic, records.slice(from, from + few));
    const expected = await tables();
    expect(expected.map((rows) => rows.length)).toEqual([many, many, many / 10 + 2]);
    await truncate(db);
    for (const [topic, records] of batches) await new Instance(db).apply(topic, records);
    expect(await tables()).toEqual(expected);
  });

  it('may come again, with others among them', async () => {
    for (const [topic, records] of batches) await new Instance(db).apply(topic, records);
    const expected = await tables();
    await truncate(db);
    for (const [topic, records] of batches) {
      // Also the control record, without which nothing matches.
      await new Instance(db).apply(
        topic,
        records.filter(({ offset }) => offset % 2 === 0),
      );
      await new Instance(db).apply(topic, records);
    }
    const again = await tables();
    expect(again.slice(0, 1)).toEqual(expected.slice(0, 1));
    // Of what was told twice the attempts are rows of their own.
    const withoutExchange = (rows: object[]) =>
      rows.map((row) => ({
        ...row,
        duration_ms: 0,
        url: 0,
        request_headers: 0,
        response_body: 0,
        truncated: 0,
        timings: 0,
      }));
    expect(withoutExchange(again[1])).toEqual(withoutExchange(expected[1]));
  });
});
