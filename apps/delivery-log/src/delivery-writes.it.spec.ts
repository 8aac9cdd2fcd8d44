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

describe('a delivery that was accepted at once', () => {
  const exchange = {
    url: 'https://receiver.example/hook?a',
    durationMs: 12.5,
    startedAt: startMs + 1_500,
    requestHeaders: { Authorization: 'proof', 'webhook-id': 'evt_1' },
    responseHeaders: { 'x-odd': '\u0000' },
    responseBody: Buffer.from([0, 0xff]),
    truncated: true,
    timings: { dnsMs: 1, connectMs: null, tlsMs: 3, firstByteMs: 4.5 },
    replayId: 'rpl_1',
  };
  const only = delivered({ ...exchange, attempt: 1 });
  const later = delivered({
    ...exchange,
    attempt: 1,
    startedAt: startMs + 9_000,
    url: 'https://later.example',
  });
  const again = attempt({ ...exchange, attempt: 2, startedAt: startMs + 80_000 });
  const failed = attempt({ ...exchange, attempt: 1, startedAt: startMs + 1_000 });
  const inAttempts = async () => (await db.query('SELECT attempt FROM attempts ORDER BY attempt')).length;
  const stored = async (batches: AttemptsMessage[][]) => {
    await truncate(db);
    const instance = new Instance(db);
    for (const batch of batches) await instance.apply('attempts', attemptRecords(batch));
    return instance.deliveries.attempts(only.deliveryId);
  };

  it('is one row, from which its attempt is told as from a row of its own', async () => {
    const [told, ...others] = await stored([[only]]);
    expect(others).toEqual([]);
    expect(await inAttempts()).toBe(0);
    const [row] = await stored([[only], [only]]);
    expect(await inAttempts()).toBe(1);
    expect(told).toEqual(row);
    expect(told).toMatchObject({
      ...{ attempt: 1, outcome: 'delivered', status: 200, error: null, message: null, duration_ms: 12.5 },
      ...{
        started_at: new Date(startMs + 1_500),
        url: exchange.url,
        truncated: true,
        timings: exchange.timings,
      },
      request_headers: { Authorization: '[redacted]', 'webhook-id': 'evt_1' },
      ...{ response_headers: exchange.responseHeaders, response_body: exchange.responseBody },
    });
    expect(await db.query('SELECT final, replay_id FROM attempts')).toEqual([
      { final: true, replay_id: 'rpl_1' },
    ]);
  });

  it.each<[string, AttemptsMessage[], string[]]>([
    ['repeated', [only, only], [only.url]],
    ['sent again by a new owner', [only, later], [only.url]],
    ['after one that failed', [failed, only], [only.url]],
    ['tried again', [only, again], [only.url, again.url]],
    ['tried again, by several', [only, again, later], [only.url, again.url]],
  ])('has each attempt once, in every order and batch: %s', async (_, records, urls) => {
    const backwards = records.toReversed();
    const orders = [[records], [backwards], ...[records, backwards].map((all) => all.map((one) => [one]))];
    for (const batches of [...orders, [...orders[2]!, records], [records, backwards]]) {
      const rows = await stored(batches);
      expect(rows.map(({ url, outcome }) => [url, outcome])).toEqual(
        urls.map((url, i) => [url, i === 0 ? 'delivered' : 'failed']),
      );
    }
  });

  it.each<[string, AttemptsMessage, number]>([
    ['that said more than a status', delivered({ attempt: 1, message: 'why' }), 1],
    ['that is not the end', delivered({ attempt: 1, final: false }), 1],
    ['that was not the first', delivered({ attempt: 2 }), 1],
    ['that failed', attempt({ attempt: 1, final: true }), 1],
    ['that is nothing else', delivered({ attempt: 1 }), 0],
  ])('shares its row only with an attempt %s', async (_, record, rows) => {
    await stored([[record]]);
    expect(await inAttempts()).toBe(rows);
  });

  it('keeps the word that it ended without one', async () => {
    const rows = await stored([[{ ...cancelled, replayId: 'rpl_1' }, only]]);
    expect(rows.map(({ attempt: number }) => number)).toEqual([0, 1]);
  });

  it('is over for whoever has it tried again', async () => {
    await stored([[only]]);
    expect(await new Instance(db).deliveries.wasOver(only.deliveryId)).toBe(true);
    await stored([[failed]]);
    expect(await new Instance(db).deliveries.wasOver(only.deliveryId)).toBe(false);
  });
});
