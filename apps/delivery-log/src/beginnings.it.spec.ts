import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { BeginningService } from './beginning.service.js';
import { control, event, eventRecords } from './testing/builders.js';
import { Instance, logger, openDatabase, truncate } from './testing/harness.js';
import { whyOf } from './why.js';

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
beforeEach(async () => {
  await truncate(db);
  await db.query('TRUNCATE beginnings');
});

const tenantId = 'vendor-17';
const created = (n: number) => event({ id: `evt_${n}`, entity: { name: 'order', id: `o${n}` } });
const filter = { types: ['order.created'] };
/** Seqs 0 to 4 are events, 1 and 3 of another type; then the subscription, from 1 on; then one more. */
const log = eventRecords([
  created(0),
  { ...created(1), type: 'order.paid' },
  created(2),
  { ...created(3), type: 'order.paid' },
  created(4),
  { ...control({ id: 'sub_late', filter }), startSeq: 1 },
  created(6),
]);

const matched = async () => {
  const rows = await db.query<{ id: string; matched: string[]; reason: string | null }>(
    'SELECT event_id AS id, matched, unmatched_reason AS reason FROM events ORDER BY seq',
  );
  return rows.map(
    ({ id, matched: to, reason }) => `${id} ${to.join()} ${reason === null ? '' : 'unmatched'}`,
  );
};
const all = async () => {
  const service = new BeginningService(db, logger);
  while (await service.step());
};

async function why(instance: Instance, n: number) {
  const [known] = await instance.deliveries.subscriptions(tenantId);
  const [{ type, to }] = await db.query<{ type: string; to: string[] }>(
    'SELECT type, matched AS to FROM events WHERE event_id = $1',
    [`evt_${n}`],
  );
  return whyOf(known, { type, entity: { name: 'order', id: `o${n}` } }, { seq: n, matched: to });
}

it('a subscription that begins in the past is matched with what was there by then', async () => {
  const instance = new Instance(db);
  await instance.apply('events', log);
  expect(await why(instance, 2)).toMatchObject({
    ...{ matched: false, reason: 'the subscription begins with earlier events; this one is being looked at' },
  });
  await all();
  // Once more, as after a restart.
  await new Instance(db).apply('events', log);
  await all();
  expect(await matched()).toEqual([
    ...['evt_0  unmatched', 'evt_1  unmatched', 'evt_2 sub_late ', 'evt_3  unmatched', 'evt_4 sub_late '],
    'evt_6 sub_late ',
  ]);
  expect(await why(instance, 0)).toMatchObject({
    matched: false,
    reason: expect.stringContaining('made after'),
  });
  expect((await why(instance, 1)).reason).toBe('it asks for order.created, not for order.paid');
  expect(await why(instance, 2)).toMatchObject({ matched: true, reason: 'it asks for order.created' });
});

it('of what was erased for it nothing comes back', async () => {
  const instance = new Instance(db);
  await instance.apply('events', log.slice(0, 6));
  await db.query(
    `INSERT INTO erasures (id, tenant_id, kind, subscription_id, accepted_before, status, created_at)
     VALUES ('ers_1', $1, 'subscription', 'sub_late', now(), 'running', now())`,
    [tenantId],
  );
  await all();
  expect((await matched()).filter((row) => row.includes('sub_late'))).toEqual([]);
});
