import type { AttemptsMessage } from '@posthorn/contracts';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { attempt, attemptRecords, delivered, laneCancelled, startMs } from './testing/builders.js';
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

const first = attempt({ attempt: 1 });
const second = attempt({ attempt: 2, status: undefined, error: 'timeout' });
const cancelled = attempt({
  ...{ attempt: 0, outcome: 'cancelled', final: true, status: undefined, startedAt: startMs + 70_000 },
});
const deliveries = () => db.query('SELECT status, attempts, next_attempt_at, finished_at FROM deliveries');

describe('a delivery that somebody had tried again', () => {
  const given = laneCancelled({ fromSeq: 5, untilSeq: 6, at: startMs + 60_000 });
  const exhausted = attempt({ attempt: 2, final: true, nextAttemptAt: undefined });
  const again = attempt({ attempt: 3, startedAt: startMs + 80_000, nextAttemptAt: startMs + 99_000 });
  const nextAt = new Date(startMs + 99_000);
  const at = (ms: number) => new Date(startMs + ms);

  it.each<[string, AttemptsMessage[], object]>([
    ['failed', [first, exhausted, again], { status: 'waiting', attempts: 3, next_attempt_at: nextAt }],
    [
      'delivered',
      [delivered({ attempt: 2 }), again],
      { status: 'waiting', attempts: 3, next_attempt_at: nextAt },
    ],
    ['given up', [first, second, given, again], { status: 'waiting', attempts: 3, next_attempt_at: nextAt }],
    ['cancelled', [first, cancelled, again], { status: 'waiting', attempts: 3, next_attempt_at: nextAt }],
    [
      'given up twice',
      [first, given, again, laneCancelled({ at: startMs + 90_000 })],
      { status: 'cancelled', attempts: 3, next_attempt_at: null, finished_at: at(90_000) },
    ],
    [
      'delivered at last',
      [first, given, again, delivered({ attempt: 4, startedAt: startMs + 99_000 })],
      { status: 'delivered', attempts: 4, finished_at: at(99_025) },
    ],
    [
      'failed again',
      [first, exhausted, { ...again, final: true }],
      { status: 'failed', attempts: 3, finished_at: at(80_025) },
    ],
  ])('is what its newest attempt says, in every order and repeated: %s', async (_, records, is) => {
    const orders = [
      records,
      records.toReversed(),
      [...records.slice(1), records[0]],
      [...records, ...records],
    ];
    for (const order of orders) {
      await truncate(db);
      for (const record of order) await new Instance(db).apply('attempts', attemptRecords([record]));
      expect(await deliveries()).toMatchObject([is]);
      await truncate(db);
      await new Instance(db).apply('attempts', attemptRecords(order));
      expect(await deliveries()).toMatchObject([is]);
    }
  });
});
