import type { AttemptMessage } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { attempt, attemptRecords, delivered, event, eventRecords, control } from './testing/builders.js';
import { dayOf } from './day-partitions.js';
import { filed } from './filing.js';
import { dropShadow, inShadow, makeSchema, makeShadow } from './rebuild/shadow.js';
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

const beforeMidnight = Date.parse('2026-04-15T23:59:58.000Z');
const afterMidnight = Date.parse('2026-04-16T00:00:08.000Z');
const twoDaysLater = Date.parse('2026-04-17T12:00:00.000Z');

const of = { acceptedAt: beforeMidnight };
const first = attempt({ ...of, attempt: 1, startedAt: beforeMidnight });
const second = attempt({ ...of, attempt: 2, startedAt: afterMidnight });
const last = delivered({ ...of, attempt: 3, startedAt: twoDaysLater });

const rows = () =>
  db.query(
    `SELECT d.delivery_id AS id, d.day::text, d.status, d.attempts, d.tableoid::regclass::text AS partition,
            (SELECT array_agg(a.attempt || ' ' || a.day ORDER BY a.attempt) FROM attempts a
              WHERE a.delivery_id = d.delivery_id) AS told
       FROM deliveries d ORDER BY d.delivery_id, d.day`,
  );
const theOne = {
  ...{ id: first.deliveryId, day: '2026-04-15', status: 'delivered', attempts: 3 },
  ...{ partition: 'deliveries_20260415', told: ['1 2026-04-15', '2 2026-04-15', '3 2026-04-15'] },
};

describe('a delivery whose retries cross midnight', () => {
  it.each<[string, AttemptMessage[][]]>([
    ['one by one', [[first], [second], [last]]],
    ['in one batch', [[first, second, last]]],
    ['backwards', [[last], [second], [first]]],
    ['repeated', [[first, second], [second], [last, first], [first, second, last]]],
  ])('is one row, filed under the day its event was accepted: %s', async (_, batches) => {
    for (const batch of batches) await new Instance(db).apply('attempts', attemptRecords(batch));
    expect(await rows()).toEqual([theOne]);
  });

  const old = (record: AttemptMessage): AttemptMessage => {
    const { acceptedAt: _later, ...before } = record;
    return before;
  };

  it.each<[string, AttemptMessage[][]]>([
    ['one by one', [[old(first)], [old(second)], [old(last)]]],
    ['backwards', [[old(last)], [old(second)], [old(first)]]],
    ['the dispatcher is updated meanwhile', [[old(first)], [second], [last]]],
  ])(
    'is also where the records do not say when it was accepted, but the event does: %s',
    async (_, batches) => {
      const instance = new Instance(db);
      await instance.apply('events', eventRecords([control(), event({ acceptedAt: beforeMidnight })], 4));
      for (const batch of batches) await instance.apply('attempts', attemptRecords(batch));
      expect(await rows()).toEqual([theOne]);
    },
  );

  it.each<[string, AttemptMessage[][]]>([
    ['one by one', [[old(first)], [old(second)], [old(last)]]],
    ['at once', [[old(last), old(second), old(first)]]],
  ])('or nobody does, and the first attempt that is told decides: %s', async (_, batches) => {
    const instance = new Instance(db);
    for (const batch of batches) await instance.apply('attempts', attemptRecords(batch));
    expect(await rows()).toEqual([theOne]);
  });
});

it('a replay is filed under the day it was first tried, and stays there', async () => {
  const replayed = { ...of, replayId: 'rpl_1', deliveryId: deliveryId('evt_1', 'sub_1', 'rpl_1') };
  const instance = new Instance(db);
  await instance.apply('attempts', attemptRecords([delivered({ ...of, attempt: 1 })]));
  await instance.apply('attempts', attemptRecords([attempt({ ...replayed, startedAt: afterMidnight })]));
  await instance.apply(
    'attempts',
    attemptRecords([delivered({ ...replayed, attempt: 2, startedAt: twoDaysLater })]),
  );
  const stored = (await rows()) as { id: string }[];
  expect(stored).toHaveLength(2);
  expect(stored.find(({ id }) => id === replayed.deliveryId)).toMatchObject({
    ...{ day: '2026-04-16', status: 'delivered', attempts: 2, partition: 'deliveries_20260416' },
  });
});

it('an event that is published again on another day is a delivery of its own there, and the newest is found', async () => {
  const again = delivered({ acceptedAt: afterMidnight, attempt: 1, seq: 9, startedAt: afterMidnight });
  const instance = new Instance(db);
  await instance.apply('attempts', attemptRecords([first, again, second]));
  expect(await rows()).toMatchObject([
    { id: first.deliveryId, day: '2026-04-15', status: 'waiting', attempts: 2 },
    { id: first.deliveryId, day: '2026-04-16', status: 'delivered', attempts: 1 },
  ]);
  expect(await instance.deliveries.find('vendor-17', first.deliveryId)).toMatchObject({ seq: 9 });
  expect(await instance.deliveries.attempts(first.deliveryId)).toMatchObject([{ outcome: 'delivered' }]);
});

it('a partition that was dropped meanwhile, or made by a transaction that failed, is made again', async () => {
  const instance = new Instance(db);
  const failed = instance.applyThen('attempts', attemptRecords([first]), () =>
    Promise.reject(new Error('not now')),
  );
  await expect(failed).rejects.toThrow('not now');
  await instance.apply('attempts', attemptRecords([first]));
  await db.query('DROP TABLE deliveries_20260415');
  // The projection's runner tries a batch again that failed.
  const repeat = () => instance.apply('attempts', attemptRecords([first]));
  await expect(repeat()).rejects.toThrow('no partition');
  await repeat();
  expect(await rows()).toMatchObject([{ day: '2026-04-15' }]);
});

it('what is stored under an earlier day than those made anew stays there alone', async () => {
  await makeSchema(stores.url);
  const replay = { replayId: 'rpl_1', deliveryId: deliveryId(first.eventId, 'sub_1', 'rpl_1') };
  await new Instance(db).apply('attempts', attemptRecords([{ ...first, ...replay }]));
  const fromDay = dayOf(afterMidnight);
  const days = await db.transaction(async (tx) => {
    await makeShadow(tx);
    await inShadow(tx);
    const other = { ...second, replayId: 'rpl_2', deliveryId: 'dlv_other' };
    return (await filed(tx, [{ ...second, ...replay }, other], fromDay)).map(({ day }) => day);
  });
  expect(days).toEqual([dayOf(beforeMidnight), fromDay]);
  await db.transaction(dropShadow);
});
