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
const health = (...records: LaneRecord[]) => table(...records).of('t/1', 'sub_1');

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
  expect(lanes.apply(record('0', parked({ gone: true })))).toEqual({
    tenantId: 't/1',
    subscriptionId: 'sub_1',
    atMs: at,
  });
  expect(lanes.apply(record('0', parked()))).toBeUndefined();
  expect(lanes.apply(record('0', null))).toBeUndefined();
});

it('holds no more than its bound, and makes room again', () => {
  const lanes = new LaneTable(2);
  for (const lane of ['a', 'b', 'c']) lanes.apply(record(lane, behind()));
  expect(lanes.size).toBe(2);
  lanes.apply(record('a', null));
  lanes.apply(record('a', null));
  lanes.apply(record('c', parked()));
  expect([lanes.size, lanes.of('t/1', 'sub_1').state]).toEqual([2, 'parked']);
});
