import type { AttemptsMessage } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import {
  attempt,
  attemptRecords,
  control,
  delivered,
  event,
  eventRecords,
  laneCancelled,
  startMs,
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

const first = attempt({ attempt: 1 });
const second = attempt({ attempt: 2, status: undefined, error: 'timeout', message: 'no answer in 10 s' });
const last = delivered({ attempt: 3 });
const cancelled = attempt({
  attempt: 0,
  outcome: 'cancelled',
  final: true,
  status: undefined,
  startedAt: startMs + 70_000,
});

type Row = Record<string, unknown>;
const deliveries = () =>
  db.query<Row>(
    `SELECT status, attempts, last_status, last_error, next_attempt_at, first_attempt_at, finished_at FROM deliveries`,
  );
const attempts = () => db.query<Row>('SELECT attempt, outcome, status FROM attempts ORDER BY attempt');

const orders: [string, AttemptsMessage[][]][] = [
  ['in order, one by one', [[first], [second], [last]]],
  ['in one batch', [[first, second, last]]],
  ['backwards', [[last], [second], [first]]],
  ['backwards in one batch', [[last, second, first]]],
  ['repeated', [[first], [first, second], [second, last], [last]]],
  [
    'read again from the start',
    [
      [first, second, last],
      [first, second, last],
    ],
  ],
  ['the end before a repeated middle', [[last], [first], [second], [second]]],
];

describe('deliveries and attempts', () => {
  it.each(orders)('end in the same rows for every order and repeat: %s', async (_, batches) => {
    for (const batch of batches) await new Instance(db).apply('attempts', attemptRecords(batch));
    expect(await deliveries()).toEqual([
      {
        status: 'delivered',
        attempts: 3,
        last_status: 200,
        last_error: null,
        next_attempt_at: null,
        first_attempt_at: new Date(startMs + 1_000),
        finished_at: new Date(startMs + 3_025),
      },
    ]);
    expect(await attempts()).toEqual([
      { attempt: 1, outcome: 'failed', status: 500 },
      { attempt: 2, outcome: 'failed', status: null },
      { attempt: 3, outcome: 'delivered', status: 200 },
    ]);
  });

  it('keep the better record of an attempt that two owners sent', async () => {
    const accepted = delivered({ attempt: 2, startedAt: startMs + 2_700 });
    for (const order of [
      [second, accepted],
      [accepted, second],
    ]) {
      await truncate(db);
      const instance = new Instance(db);
      for (const record of order) await instance.apply('attempts', attemptRecords([record]));
      expect(await attempts()).toEqual([{ attempt: 2, outcome: 'delivered', status: 200 }]);
    }
  });

  it('wait for the next attempt until one is final', async () => {
    await new Instance(db).apply('attempts', attemptRecords([first, second]));
    expect(await deliveries()).toMatchObject([
      {
        status: 'waiting',
        last_error: 'timeout',
        next_attempt_at: new Date(startMs + 12_000),
        finished_at: null,
      },
    ]);
  });

  it('keep what went out and came back, cut at 16 KiB, and no proof of the sender', async () => {
    const sent = attempt({
      requestHeaders: { Authorization: 'proof', 'webhook-id': 'evt_1' },
      responseHeaders: { 'x-odd': 'nul \u0000 and half \ud800' },
      responseBody: Buffer.concat([Buffer.from([0, 0xff]), Buffer.alloc(20_000, 'x')]),
      message: 'nul \u0000 here',
      timings: { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4.5 },
    });
    const instance = new Instance(db);
    await instance.apply('attempts', attemptRecords([sent]));
    const [row] = await instance.deliveries.attempts(sent.deliveryId);
    expect(row).toMatchObject({
      request_headers: { Authorization: '[redacted]', 'webhook-id': 'evt_1' },
      response_headers: { 'x-odd': 'nul \u0000 and half \ud800' },
      message: 'nul \uFFFD here',
      truncated: true,
      timings: { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4.5 },
      duration_ms: 25,
    });
    expect(row!.response_body).toEqual(sent.responseBody.subarray(0, 16 * 1024));
  });

  it('are one row for each distinct pair of delivery and attempt', async () => {
    const log: AttemptsMessage[] = [];
    for (let i = 0; i < 40; i++) {
      const of = { eventId: `evt_${i}`, seq: i };
      for (let number = 1; number <= 1 + (i % 4); number++) log.push(attempt({ ...of, attempt: number }));
      if (i % 2) log.push(delivered({ ...of, attempt: 1 + (i % 4) }));
    }
    const pairs = new Set(log.map((m) => (m.kind === 'attempt' ? `${m.deliveryId}/${m.attempt}` : '')));
    const instance = new Instance(db);
    for (const from of [0, 20, 5, 60, 30, 0])
      await instance.apply('attempts', attemptRecords(log.slice(from)));
    const rows = await db.query<{ pair: string }>(
      `SELECT delivery_id || '/' || attempt AS pair FROM attempts`,
    );
    expect(new Set(rows.map(({ pair }) => pair))).toEqual(pairs);
    expect(rows).toHaveLength(pairs.size);
    const [{ count }] = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM deliveries');
    expect(count).toBe(40);
  });
});

describe('of an event that was published twice', () => {
  const twice = [control(), event(), event()];

  it.each([1, 2])('the one delivery is found, whichever place it was told of: %i', async (seq) => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords(twice));
    await instance.apply('attempts', attemptRecords([delivered({ attempt: 1, seq })]));
    const expected = [{ id: first.deliveryId, status: 'delivered', seq }];
    expect(await instance.deliveries.ofEvent('vendor-17', 'evt_1')).toMatchObject(expected);
    const { items } = await instance.deliveries.list({ tenantId: 'vendor-17', limit: 50 });
    expect(items).toMatchObject(expected);
  });

  it('another event has no part in it', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords([...twice, event({ id: 'evt_2' })]));
    await instance.apply('attempts', attemptRecords([delivered({ attempt: 1, seq: 1 })]));
    expect(await instance.deliveries.ofEvent('vendor-17', 'evt_2')).toMatchObject([{ status: 'pending' }]);
  });
});

describe('a cancelled lane', () => {
  const range = laneCancelled({ fromSeq: 5, untilSeq: 6, at: startMs + 60_000 });
  const gone = laneCancelled({ fromSeq: 0, untilSeq: 6, at: startMs + 70_000, reason: 'expired' });

  it.each<[string, AttemptsMessage[][]]>([
    ['after the attempts', [[first, second], [range]]],
    ['before the attempts', [[range], [first], [second]]],
    ['in between', [[first], [range], [second]]],
    ['all at once', [[first, range, second]]],
    ['repeated', [[range], [first, second, range], [second]]],
    ['with a record that says so, too', [[first, second], [range], [cancelled]]],
    ['with a record that came first', [[cancelled], [second, first], [range]]],
  ])('ends what waits in it: %s', async (_, batches) => {
    for (const batch of batches) await new Instance(db).apply('attempts', attemptRecords(batch));
    expect(await deliveries()).toMatchObject([
      { status: 'cancelled', attempts: 2, next_attempt_at: null, finished_at: new Date(startMs + 60_000) },
    ]);
  });

  it.each<[string, AttemptsMessage[][]]>([
    ['after the attempts', [[first], [range, gone]]],
    ['before the attempts', [[gone], [range], [first]]],
    ['in between, and repeated', [[range], [first], [gone], [range], [first]]],
  ])('ends as expired what the log no longer holds: %s', async (_, batches) => {
    for (const batch of batches) await new Instance(db).apply('attempts', attemptRecords(batch));
    expect(await deliveries()).toMatchObject([
      { status: 'expired', attempts: 1, next_attempt_at: null, finished_at: new Date(startMs + 60_000) },
    ]);
  });

  it.each<[string, AttemptsMessage[]]>([
    ['what is delivered', [last, range]],
    ['what is delivered later', [first, range, last]],
    ['what lies outside', [first, laneCancelled({ fromSeq: 6, untilSeq: 9 }), last]],
  ])('leaves %s', async (_, messages) => {
    const instance = new Instance(db);
    for (const message of messages) await instance.apply('attempts', attemptRecords([message]));
    expect(await deliveries()).toMatchObject([{ status: 'delivered' }]);
  });

  it('does not touch another subscription, another tenant or a replay', async () => {
    const others = [
      attempt({ subscriptionId: 'sub_2' }),
      attempt({ tenantId: 'vendor-18', deliveryId: 'dlv_foreign' }),
      attempt({ replayId: 'rpl_1', deliveryId: deliveryId('evt_1', 'sub_1', 'rpl_1') }),
    ];
    await new Instance(db).apply('attempts', attemptRecords([...others, range]));
    expect((await deliveries()).map(({ status }) => status)).toEqual(['waiting', 'waiting', 'waiting']);
  });
});

describe('a deleted subscription whose platform deletes its logs', () => {
  const deletion = control({ version: 2, status: 'deleted' });
  const mine = attempt({});
  const other = attempt({ subscriptionId: 'sub_2' });
  const counts = async () => {
    const [row] = await db.query<Row>(
      `SELECT (SELECT count(*)::int FROM deliveries) AS deliveries, (SELECT count(*)::int FROM attempts) AS attempts,
              (SELECT array_agg(DISTINCT subscription_id) FROM deliveries) AS subscriptions,
              (SELECT json_agg(matched ORDER BY seq) FROM events) AS matched,
              (SELECT count(*)::int FROM cancellations) AS cancellations`,
    );
    return row;
  };
  const setUp = eventRecords([
    control(),
    control({ id: 'sub_2' }),
    event({ id: 'evt_1' }),
    event({ id: 'evt_2' }),
  ]);

  it.each([
    ['attempts first', ['attempts', 'events', 'deletion']],
    ['events first', ['events', 'deletion', 'attempts']],
    ['everything twice', ['events', 'attempts', 'deletion', 'attempts', 'events', 'deletion']],
  ])('leaves nothing of it, and everything of others: %s', async (_, steps) => {
    const instance = new Instance(db);
    for (const step of steps) {
      if (step === 'events') await instance.apply('events', setUp);
      if (step === 'attempts')
        await instance.apply('attempts', attemptRecords([mine, laneCancelled(), other]));
      if (step === 'deletion') await instance.apply('events', eventRecords([deletion], 4));
      await instance.purgeAll();
    }
    expect(await counts()).toEqual({
      deliveries: 1,
      attempts: 1,
      subscriptions: ['sub_2'],
      matched: [['sub_2'], ['sub_2']],
      cancellations: 0,
    });
  });

  it('hides it at once, before it is removed', async () => {
    const instance = new Instance(db);
    await instance.apply('events', setUp);
    await instance.apply('attempts', attemptRecords([mine, other]));
    await instance.apply('events', eventRecords([deletion], 4));
    const listed = await instance.deliveries.list({ tenantId: 'vendor-17', limit: 50 });
    expect(new Set(listed.items.map(({ subscriptionId }) => subscriptionId))).toEqual(new Set(['sub_2']));
    expect(await instance.deliveries.find('vendor-17', mine.deliveryId)).toBeUndefined();
    expect((await instance.events.find('vendor-17', 'evt_1'))?.summary.matched).toEqual(['sub_2']);
    expect(await counts()).toMatchObject({ deliveries: 2, attempts: 2 });
  });

  it('keeps the logs where the platform does not delete them', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords([control({ profile: 'standard' }), event()]));
    await instance.apply('attempts', attemptRecords([mine]));
    await instance.apply(
      'events',
      eventRecords([control({ profile: 'standard', version: 2, status: 'deleted' })], 4),
    );
    await instance.purgeAll();
    expect(await counts()).toMatchObject({ deliveries: 1, attempts: 1, matched: [['sub_1']] });
  });
});
