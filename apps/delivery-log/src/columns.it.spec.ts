import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import {
  arraysOf,
  bigint,
  boolean,
  bytea,
  type Column,
  double,
  integer,
  json,
  rowsOf,
  text,
  timestamptz,
} from './columns.js';
import { CopiedRows } from './copied-rows.js';
import { openDatabase } from './testing/harness.js';

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

type Values = readonly unknown[];

/** What PostgreSQL understood. */
async function understood(column: Column<unknown>, values: Values): Promise<Values> {
  const columns = [column, integer<unknown>('n', () => 1)];
  const rows = await db.query<{ value: unknown }>(
    `SELECT value FROM ${rowsOf(columns)}`,
    arraysOf(columns, values),
  );
  return rows.map(({ value }) => value);
}

/** What it understood where the rows are copied. */
async function understoodCopy(column: Column<unknown>, values: Values): Promise<Values> {
  const some = Array.from({ length: Math.ceil(100 / values.length) }, () => values).flat();
  return db.transaction(async (tx) => {
    await tx.query(`CREATE TEMPORARY TABLE copied (value ${column.type}, n serial) ON COMMIT DROP`);
    expect(await new CopiedRows('copied', [column]).write(tx, some)).toBe(true);
    const rows = await tx.query<{ value: unknown }>('SELECT value FROM copied ORDER BY n LIMIT $1', [
      values.length,
    ]);
    return rows.map(({ value }) => value);
  });
}

it.each<[string, Column<unknown>, Values, Values?]>([
  ['text', text('value', (v) => v as string), ['', 'ä "\\{},', null, 'NULL', '\u{1F4EF}', 'plain', 'ä']],
  ['text without nulls', text('value', (v) => v as string), ['one', 'two']],
  ['half a surrogate pair', text('value', (v) => v as string), ['a\ud800b'], ['a\uFFFDb']],
  ['what is missing', text('value', (v) => v as undefined), [undefined], [null]],
  ['json', json('value', (v) => (v === null ? null : JSON.stringify(v))), [{ a: ['\u0000'] }, null, 1]],
  ['integer', integer('value', (v) => v as number), [0, -1, 2_147_483_647, null]],
  [
    'bigint',
    bigint('value', (v) => v as number),
    [0, -1, 2 ** 32, -(2 ** 40) - 5, Number.MAX_SAFE_INTEGER, null],
    ['0', '-1', '4294967296', '-1099511627781', '9007199254740991', null],
  ],
  ['double', double('value', (v) => v as number), [0, -0.1, 1e300, null]],
  ['boolean', boolean('value', (v) => v as boolean), [true, false, null]],
  ['bytea', bytea('value', (v) => v as Buffer), [Buffer.from([0, 0xff, 0x5c]), Buffer.alloc(0), null]],
  [
    'timestamptz',
    timestamptz('value', (v) => v as number),
    [0, 946_684_800_000, 1_776_247_200_123.4, null],
    [new Date(0), new Date(946_684_800_000), new Date(1_776_247_200_123), null],
  ],
])('a batch arrives as it is: %s', async (_, column, sent, expected = sent) => {
  expect(await understood(column, sent)).toEqual(expected);
  expect(await understoodCopy(column, sent)).toEqual(expected);
});

it.each<[string, Column<unknown>, unknown]>([
  ['text with U+0000', text('value', (v) => v as string), 'a\u0000b'],
  ['json that is none', json('value', (v) => v as string), '{'],
  ['a text that is none', text('value', (v) => v as string), 5],
  ['a number that is too large', integer('value', (v) => v as number), 2 ** 31],
  ['an instant that is too late', timestamptz('value', (v) => v as number), 1e300],
])('what cannot be stored is an error: %s', async (_, column, value) => {
  await expect(understood(column, [value])).rejects.toThrow();
  await expect(understoodCopy(column, [value])).rejects.toThrow();
});
