import { encodeCursors, laneKey, ownerKey, type LaneMessage } from '@posthorn/contracts';
import { LaneTable, type LaneRecord } from './lane-table.js';

const at = Date.UTC(2026, 3, 15, 10);
const identity = { tenantId: 't/1', subscriptionId: 'sub_1', cursor: 5 };
const parked = (more: object = {}): object => ({
  kind: 'parked',
  attempt: 2,
  dueAt: at + 1_000,
  failingSince: at,
  reason: 'failing',
  ...more,
});
const behind = (more: object = {}): object => ({ kind: 'behind', attempt: 0, failingSince: null, ...more });

function record(lane: string, message: object | null, timestamp = at): LaneRecord {
  const value = message && encodeCursors({ ...identity, lane, ...message } as LaneMessage);
  return { key: Buffer.from(laneKey('t/1', 'sub_1', lane)), value, timestamp };
}

function table(...records: LaneRecord[]): LaneTable {
  const lanes = new LaneTable(10);
  for (const one of records) lanes.apply(one);
  return lanes;
}
const ref = { tenantId: 't/1', subscriptionId: 'sub_1' };
const health = (...records: LaneRecord[]) => table(...records).of(ref);

it('is live without a record, and after a tombstone', () => {
  const live = { state: 'live', attempt: 0, nextAttemptAt: null, failingSince: null, waitingSince: null };
  expect(health()).toEqual(live);
  expect(health(record('0', parked()), record('0', null))).toEqual(live);
});

it.each([
  ['parked before behind', [record('a', behind()), record('b', parked())], { state: 'parked' }],
  [
    'parked before behind, in the other order',
    [record('b', parked()), record('a', behind())],
    { state: 'parked' },
  ],
  [
    'the one that fails for longest',
    [record('a', parked({ attempt: 1 })), record('b', parked({ attempt: 7, failingSince: at - 1 }))],
    { attempt: 7, failingSince: '2026-04-15T09:59:59.999Z' },
  ],
  [
    'one that fails before one that waits',
    [record('a', parked({ failingSince: null, attempt: 1 })), record('b', parked({ attempt: 7 }))],
    { attempt: 7 },
  ],
  [
    'the one that waits for longest',
    [record('a', behind({ attempt: 1 }), at), record('b', behind({ attempt: 7 }), at - 1)],
    { attempt: 7, waitingSince: '2026-04-15T09:59:59.999Z' },
  ],
  [
    'waiting since its first record, not its last',
    [record('a', behind(), at), record('a', behind(), at + 5_000)],
    { waitingSince: '2026-04-15T10:00:00.000Z' },
  ],
  ['a date no calendar has', [record('a', parked({ dueAt: 1e300 }))], { nextAttemptAt: null }],
])('%s', (_, records, expected) => expect(health(...records)).toMatchObject(expected));

it('passes over replays, the owner, and what it cannot read', () => {
  const lanes = table(record('replay/rpl_1', parked()));
  for (const key of [ownerKey, 'lane/%', 'lane/t', null])
    lanes.apply({
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from('{"kind":"owner","nonce":"n"}'),
      timestamp: at,
    });
  expect(lanes.size).toBe(0);
  lanes.apply(record('0', parked()));
  lanes.apply({ ...record('0', null), value: Buffer.from('not JSON') });
  expect(lanes.size).toBe(0);
});

it('names a receiver that is gone, and only that', () => {
  const lanes = new LaneTable(10);
  expect(lanes.apply(record('0', parked({ gone: true })))).toMatchObject({ ...ref, gone: true, atMs: at });
  expect(lanes.standingOf(ref)).toMatchObject({ goneAtMs: at });
  expect(lanes.apply(record('0', parked()))).toMatchObject({ gone: false });
  expect(lanes.apply(record('0', null))).toMatchObject({ gone: false });
  expect(lanes.standingOf(ref)).toMatchObject({ goneAtMs: undefined });
  expect(lanes.apply(record('replay/rpl_1', parked({ gone: true })))).toBeUndefined();
});

describe('the turns of a subscription', () => {
  const failing = (lane: string) => record(lane, parked());
  const paused = (lane: string) => record(lane, parked({ reason: 'paused' }));
  const waiting = (lane: string) => record(lane, behind());
  const live = (lane: string) => record(lane, null);

  it.each<[string, LaneRecord[], string]>([
    ['fails and recovers', [failing('0'), live('0')], 'failing recovered'],
    ['the breaker is failing, too', [record('0', parked({ reason: 'breaker' }))], 'failing'],
    ['once until it is live', [failing('0'), failing('0'), waiting('0'), failing('0')], 'failing - - -'],
    ['recovers when it has caught up', [failing('0'), waiting('0'), live('0')], 'failing - recovered'],
    ['not by a pause', [failing('0'), paused('0'), waiting('0'), live('0')], 'failing - - recovered'],
    ['a pause is no failure', [paused('0'), waiting('0'), live('0')], '- - -'],
    ['waiting is none', [waiting('0'), live('0')], '- -'],
    [
      'of several lanes the first and the last count',
      [failing('a'), waiting('c'), failing('b'), live('a'), live('b'), live('c')],
      'failing - - - recovered -',
    ],
    ['a replay is not its subscription', [failing('replay/rpl_1')], '-'],
  ])('%s', (_, records, turns) => {
    const lanes = new LaneTable(10);
    expect(records.map((one) => lanes.apply(one)?.turn ?? '-').join(' ')).toBe(turns);
  });

  it('that began before the process did end with the lanes that are there', () => {
    const lanes = table(waiting('a'), waiting('b'));
    expect(lanes.adopt(ref)).toBe(true);
    expect([live('b'), live('a')].map((one) => lanes.apply(one)?.turn)).toEqual([undefined, 'recovered']);
    expect(lanes.adopt(ref)).toBe(false);
  });
});

it('knows who has been failing since when', () => {
  const lanes = table(
    record('a', parked({ failingSince: at - 50, attempt: 7 })),
    record('b', parked({ failingSince: at - 60, reason: 'paused' })),
    record('c', behind({ failingSince: at - 70 })),
    record('d', behind()),
  );
  expect([...lanes.failingSince(at - 71)]).toEqual([]);
  const [standing, ...others] = lanes.failingSince(at - 70);
  expect(others).toEqual([]);
  expect(standing).toMatchObject({ ...ref, failingSinceMs: [at - 50, at - 60, at - 70] });
  expect(standing.worst).toMatchObject({ lane: { lane: 'a', attempt: 7 }, atMs: at });
});

it('holds no more than its bound, and makes room again', () => {
  const lanes = new LaneTable(2);
  for (const lane of ['a', 'b', 'c']) lanes.apply(record(lane, behind()));
  expect(lanes.size).toBe(2);
  lanes.apply(record('a', null));
  lanes.apply(record('a', null));
  lanes.apply(record('c', parked()));
  expect([lanes.size, lanes.of(ref).state]).toEqual([2, 'parked']);
});
