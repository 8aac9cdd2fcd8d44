import type { AttemptMessage } from '@posthorn/contracts';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { StatisticsService } from './statistics.service.js';
import { StatisticsStore } from './statistics.store.js';
import { attempt, attemptRecords, delivered, startMs } from './testing/builders.js';
import { Instance, logger, openDatabase, truncate } from './testing/harness.js';

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

const hourMs = 3_600_000;
const from = new Date(startMs - hourMs);
const to = new Date(startMs + 48 * hourMs);
const of = { tenantId: 'vendor-17', from, to };

const fold = async () => {
  while (await new StatisticsService(db, logger).step());
};
const list = (step: 'minute' | 'hour' | 'day', subscriptionId?: string) =>
  new StatisticsStore(db).list({ ...of, step, subscriptionId });

/** Failed at the first attempt, delivered at the second one an hour later; another one failed for good. */
const later = startMs + hourMs + 90_000;
const records: AttemptMessage[] = [
  attempt({ attempt: 1, durationMs: 20 }),
  delivered({ attempt: 2, startedAt: later, durationMs: 80 }),
  delivered({ attempt: 1, eventId: 'evt_2', durationMs: 20 }),
  attempt({ attempt: 1, eventId: 'evt_3', subscriptionId: 'sub_2', final: true, durationMs: 10_000 }),
  attempt({ attempt: 0, eventId: 'evt_4', outcome: 'cancelled', final: true }),
  delivered({ attempt: 1, tenantId: 'vendor-18', deliveryId: 'dlv_foreign' }),
];
const at = (ms: number) => new Date(ms).toISOString();
const p = (ms: number | null) => ({ p50: ms, p95: ms, p99: ms });
const [ms20, ms80, s10] = [20.7, 83, 10_600];

const minutesOfSub1 = [
  { at: at(startMs), delivered: 1, failed: 0, attempts: 2, latencyMs: p(ms20) },
  { at: at(startMs + hourMs + 60_000), delivered: 1, failed: 0, attempts: 1, latencyMs: p(ms80) },
];

it('counts attempts and what they came to, by minute, hour and day, of a subscription and of its tenant', async () => {
  await new Instance(db).apply('attempts', attemptRecords(records));
  for (const folded of [false, true]) {
    if (folded) await fold();
    expect(await list('minute', 'sub_1')).toEqual(minutesOfSub1);
    expect(await list('minute', 'sub_2')).toEqual([
      { at: at(startMs), delivered: 0, failed: 1, attempts: 1, latencyMs: p(s10) },
    ]);
    expect(await list('hour')).toEqual([
      {
        ...{ at: at(startMs), delivered: 1, failed: 1, attempts: 3 },
        latencyMs: { p50: ms20, p95: s10, p99: s10 },
      },
      { at: at(startMs + hourMs), delivered: 1, failed: 0, attempts: 1, latencyMs: p(ms80) },
    ]);
    expect(await list('day')).toMatchObject([
      { at: '2026-04-15T00:00:00.000Z', delivered: 2, failed: 1, attempts: 4 },
    ]);
    expect(await new StatisticsStore(db).list({ ...of, tenantId: 'nobody', step: 'day' })).toEqual([]);
  }
  const [{ left }] = await db.query<{ left: number }>('SELECT count(*)::int AS left FROM statistics_deltas');
  expect(left).toBe(0);
});

const [first, second, other] = records;
it.each<[string, AttemptMessage[][]]>([
  ['one by one', [[first], [second], [other]]],
  ['backwards', [[other], [second], [first]]],
  ['repeated', [[first, second, other], [first], [second, other], [first, second, other]]],
  ['repeated at once', [[first, first, second, second, other, other]]],
])('counts nothing twice, in every order: %s', async (_, batches) => {
  for (const batch of batches) {
    await new Instance(db).apply('attempts', attemptRecords(batch));
    await fold();
  }
  expect(await list('minute', 'sub_1')).toEqual(minutesOfSub1);
});

it('of two records of one attempt the better one counts', async () => {
  const lost = attempt({ attempt: 1, final: true, durationMs: 10_000 });
  const accepted = delivered({ attempt: 1, startedAt: startMs + 2_000, durationMs: 80 });
  for (const order of [
    [lost, accepted],
    [accepted, lost],
  ]) {
    await truncate(db);
    for (const record of order) {
      await new Instance(db).apply('attempts', attemptRecords([record]));
      await fold();
    }
    expect(await list('day')).toMatchObject([{ delivered: 1, failed: 0, attempts: 1, latencyMs: p(ms80) }]);
  }
});

it('two instances fold everything once', async () => {
  const instance = new Instance(db);
  for (let i = 0; i < 30; i++)
    await instance.apply('attempts', attemptRecords([delivered({ attempt: 1, eventId: `evt_${i}` })]));
  await Promise.all([fold(), fold(), fold()]);
  await fold();
  expect(await list('minute')).toMatchObject([{ delivered: 30, attempts: 30 }]);
});

it('a batch that is rolled back has counted nothing', async () => {
  const failed = new Instance(db).applyThen('attempts', attemptRecords(records), () =>
    Promise.reject(new Error('not now')),
  );
  await expect(failed).rejects.toThrow('not now');
  expect(await list('day')).toEqual([]);
});
