import { type CursorsMessage, encodeCursors, laneKey, ownerKey, windowKey } from '@posthorn/contracts';
import type { Database, ProjectionRecord } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { parked, record, startMs } from './testing/builders.js';
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

const key = laneKey('vendor-17', 'sub_1', '0');
const otherKey = laneKey('vendor/17', 'sub/1', 'replay/rpl_1');
const put = (message: CursorsMessage, at: string): ProjectionRecord => record(0, encodeCursors(message), at);
const window = (next: number) => put({ kind: 'window', next, bitmap: '', at: startMs }, windowKey);

const lanes = () =>
  db.query('SELECT tenant_id, subscription_id, lane, kind, cursor, attempt, due_at, reason FROM lanes');

describe('lanes and windows', () => {
  const log = [
    put({ kind: 'owner', nonce: 'n', instance: 'i', at: startMs }, ownerKey),
    put(parked({ attempt: 1 }), key),
    put(parked({ tenantId: 'vendor/17', subscriptionId: 'sub/1', lane: 'replay/rpl_1' }), otherKey),
    window(5),
    put(parked({ attempt: 2, dueAt: startMs + 60_000 }), key),
    record(0, null, otherKey),
    window(9),
  ];

  it.each([
    ['in one batch', [7]],
    ['one by one', [1, 1, 1, 1, 1, 1, 1]],
    ['cut in the middle', [4, 3]],
  ])('are what the last record of each key says: %s', async (_, sizes) => {
    const instance = new Instance(db);
    let from = 0;
    for (const size of sizes) await instance.apply('cursors', log.slice(from, (from += size)));
    expect(await lanes()).toEqual([
      {
        tenant_id: 'vendor-17',
        subscription_id: 'sub_1',
        lane: '0',
        kind: 'parked',
        cursor: '5',
        attempt: 2,
        due_at: new Date(startMs + 60_000),
        reason: 'failing',
      },
    ]);
    expect(await db.query('SELECT partition, next FROM windows')).toEqual([{ partition: 3, next: '9' }]);
  });

  it('forget when a parked lane was due once it catches up, and the lane once it is live', async () => {
    const instance = new Instance(db);
    await instance.apply('cursors', [put(parked(), key)]);
    await instance.apply('cursors', [
      put({ ...parked(), kind: 'behind', cursor: 7, attempt: 0, failingSince: null } as CursorsMessage, key),
    ]);
    expect(await lanes()).toMatchObject([{ kind: 'behind', cursor: '7', due_at: null, reason: null }]);
    await instance.apply('cursors', [record(3, null, key)]);
    expect(await lanes()).toEqual([]);
  });
});
