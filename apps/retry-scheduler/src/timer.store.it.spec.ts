import {
  encodeCursors,
  encodeEvent,
  encodeForget,
  encodeRetry,
  laneKey,
  type LaneMessage,
  type RetryMessage,
} from '@posthorn/contracts';
import { createLogger, Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { migrations } from './migrations/index.js';
import { TimerProjection } from './timer.projection.js';
import { TimerStore } from './timer.store.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');
let server: TestDatabase;
let database: Database;
let store: TimerStore;
let offset = 0;

beforeAll(async () => {
  server = await testDatabase();
  database = new Database({ url: server.url, schema: 'retry_scheduler', migrations, poolMax: 5, logger });
  await database.start();
  store = new TimerStore(database);
});

afterAll(async () => {
  await database.stop();
  await server.drop();
});

beforeEach(() => database.query('TRUNCATE lane_timers, delivery_timers'));

type Change = { partition?: number; key?: string; value: Buffer | null };

async function apply(kind: 'applyCursors' | 'applyRetries', changes: Change[]): Promise<number> {
  const projection = new TimerProjection();
  const partition = changes[0]?.partition ?? 0;
  const records = changes.map(({ key = '', value }) => ({
    offset: offset++,
    key: Buffer.from(key),
    value,
    headers: {},
    timestamp: 0,
  }));
  const batch = { topic: 't', partition, records, next: offset };
  await database.transaction((tx) => projection[kind](batch, tx));
  return projection.takeEarliest(batch);
}

const lane = (name: string, dueAt: number, more: Partial<LaneMessage> = {}): LaneMessage =>
  ({
    kind: 'parked',
    tenantId: 't',
    subscriptionId: 's',
    lane: name,
    cursor: 1,
    attempt: 1,
    dueAt,
    failingSince: null,
    reason: 'failing',
    ...more,
  }) as LaneMessage;

const written = (message: LaneMessage, partition = 0): Change => ({
  partition,
  key: laneKey(message.tenantId, message.subscriptionId, message.lane),
  value: encodeCursors(message),
});

const delivery = (deliveryId: string, dueAt: number, more: Partial<RetryMessage> = {}): Change => ({
  value: encodeRetry({
    tenantId: 't',
    subscriptionId: 's',
    deliveryId,
    seq: 1,
    attempt: 1,
    dueAt,
    event: Buffer.from('x'),
    ...more,
  }),
});

const claim = (untilMs: number, more: object = {}) => ({
  partitions: [0],
  untilMs,
  leaseMs: 100,
  max: 100,
  ...more,
});
const lanes = async (untilMs: number, more = {}): Promise<string[]> =>
  (await store.claimLanes(claim(untilMs, more))).map((timer) => timer.lane).sort();
const deliveries = async (untilMs: number, more = {}): Promise<string[]> =>
  (await store.claimDeliveries(claim(untilMs, more))).map((timer) => timer.deliveryId).sort();

describe('timers', () => {
  it('are what the last word about each lane says, also within one batch', async () => {
    const earliest = await apply('applyCursors', [
      { key: '_owner', value: Buffer.from('{"kind":"owner","nonce":"x"}') },
      written(lane('a', 900)),
      written(lane('b', 500)),
      written(lane('c', 100)),
      written(lane('a', 700)),
      { key: laneKey('t', 's', 'b'), value: null },
      written(lane('c', 0, { kind: 'behind' })),
      written(lane('d', 800)),
    ]);
    expect(earliest).toBe(700);
    expect(await lanes(10_000)).toEqual(['a', 'd']);
    expect(await apply('applyCursors', [{ key: laneKey('t', 's', 'd'), value: null }])).toBe(Infinity);
    await apply('applyCursors', [written(lane('a', 0, { kind: 'behind' }))]);
    expect(await store.nextClaimAtMs([0])).toBeUndefined();
  });

  it('are claimed when due, of our partitions only, once within a lease', async () => {
    await apply('applyCursors', [written(lane('now', 100)), written(lane('later', 101))]);
    await apply('applyCursors', [written(lane('foreign', 100), 1)]);
    expect(await store.nextClaimAtMs([0])).toBe(100);
    expect(await lanes(100)).toEqual(['now']);
    expect(await store.nextClaimAtMs([0])).toBe(101);
    expect(await lanes(199)).toEqual(['later']);
    expect(await lanes(199)).toEqual([]);
    expect(await lanes(200)).toEqual(['now']);
    expect(await lanes(200, { partitions: [1] })).toEqual(['foreign']);
  });

  it('are counted while they wait, of our partitions only, and the one that has waited longest for its turn', async () => {
    expect(await store.waiting([0], 500)).toEqual({
      lane: { timers: 0, overdueMs: 0 },
      delivery: { timers: 0, overdueMs: 0 },
    });
    await apply('applyCursors', [written(lane('due', 100)), written(lane('later', 900))]);
    await apply('applyCursors', [written(lane('foreign', 1), 1)]);
    await apply('applyRetries', [delivery('d', 700)]);
    expect(await store.waiting([0], 500)).toEqual({
      lane: { timers: 2, overdueMs: 400 },
      delivery: { timers: 1, overdueMs: 0 },
    });
    // Handed over: it has its turn again after its lease.
    await lanes(500);
    expect((await store.waiting([0], 500)).lane).toEqual({ timers: 2, overdueMs: 0 });
  });

  it('are given to one of several that ask at once, each exactly once', async () => {
    await apply(
      'applyCursors',
      Array.from({ length: 300 }, (_, n) => written(lane(String(n), 1))),
    );
    const taken: string[] = [];
    const ask = async (): Promise<void> => {
      for (let got = await lanes(10, { max: 20 }); got.length > 0; got = await lanes(10, { max: 20 }))
        taken.push(...got);
    };
    await Promise.all([ask(), ask(), ask(), ask()]);
    expect(taken).toHaveLength(300);
    expect(new Set(taken).size).toBe(300);
  });

  it('are repeated more seldom after twenty times, at least once a minute, and as set after news', async () => {
    await apply('applyCursors', [written(lane('a', 0))]);
    const gaps: number[] = [];
    for (let n = 0; n < 35; n++) {
      const [before] = [await store.nextClaimAtMs([0])];
      expect(await lanes(before!)).toEqual(['a']);
      gaps.push((await store.nextClaimAtMs([0]))! - before!);
    }
    expect(gaps.slice(0, 21)).toEqual(Array(21).fill(100));
    expect(gaps.slice(21, 25)).toEqual([200, 400, 800, 1_600]);
    expect(gaps.at(-1)).toBe(60_000);
    await apply('applyCursors', [written(lane('a', 5, { cursor: 2 }))]);
    expect(await lanes(5)).toEqual(['a']);
    expect(await store.nextClaimAtMs([0])).toBe(105);
  });

  it('keep their lease when a lane is written again as it was', async () => {
    await apply('applyCursors', [written(lane('a', 5))]);
    expect(await lanes(10)).toEqual(['a']);
    await apply('applyCursors', [written(lane('a', 5))]);
    expect(await lanes(10)).toEqual([]);
    await apply('applyCursors', [written(lane('a', 5, { attempt: 2 } as Partial<LaneMessage>))]);
    expect(await lanes(10)).toEqual(['a']);
  });

  it('of deliveries go when they are handed over, unless a newer record has set another one', async () => {
    await apply('applyRetries', [delivery('a', 10), delivery('b', 10)]);
    const claimed = await store.claimDeliveries(claim(10));
    await apply('applyRetries', [delivery('b', 500, { attempt: 2 })]);
    await store.deleteDeliveries(claimed);
    expect(await deliveries(10_000)).toEqual(['b']);
  });

  it('of deliveries are bounded by bytes, the first one always fits', async () => {
    const large = { event: Buffer.alloc(3 * 1024 * 1024, 1) };
    for (const id of ['a', 'b', 'c', 'd']) await apply('applyRetries', [delivery(id, 10, large)]);
    expect(await deliveries(10)).toEqual(['a', 'b', 'c']);
    expect(await deliveries(10)).toEqual(['d']);
  });

  it('take times with fractions, never earlier', async () => {
    await apply('applyRetries', [delivery('a', 10.2)]);
    expect(await deliveries(10)).toEqual([]);
    expect(await deliveries(11)).toEqual(['a']);
  });
});

it('forgets what was erased, also a retry that was on its way then, and not what was published since', async () => {
  const eventOf = (acceptedAt: number) =>
    encodeEvent({
      ...{ kind: 'event', id: 'e', tenantId: 't', type: 'x', entity: null, timestamp: '', acceptedAt },
      data: Buffer.from('{}'),
    });
  const forget = (deliveryId: string): Change => ({
    value: encodeForget({
      kind: 'forget',
      tenantId: 't',
      subscriptionId: 's',
      deliveryId,
      acceptedBefore: 1_000,
    }),
  });
  const timers = () =>
    database.query<{ id: string }>('SELECT delivery_id AS id FROM delivery_timers ORDER BY delivery_id');
  await apply('applyRetries', [
    delivery('erased', 100, { event: eventOf(999) }),
    delivery('kept', 100, { event: eventOf(999) }),
  ]);
  await apply('applyRetries', [forget('erased')]);
  expect(await timers()).toEqual([{ id: 'kept' }]);
  await apply('applyRetries', [delivery('erased', 200, { event: eventOf(999), attempt: 2 })]);
  await apply('applyRetries', [forget('both'), delivery('both', 200, { event: eventOf(999) })]);
  expect(await timers()).toEqual([{ id: 'kept' }]);
  await apply('applyRetries', [delivery('erased', 300, { event: eventOf(1_000) })]);
  expect(await timers()).toEqual([{ id: 'erased' }, { id: 'kept' }]);
  // Of the one before a late attempt was told.
  await apply('applyRetries', [forget('erased')]);
  expect(await timers()).toEqual([{ id: 'erased' }, { id: 'kept' }]);
});
