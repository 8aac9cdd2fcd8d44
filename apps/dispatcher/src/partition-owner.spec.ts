import {
  encodeControl,
  encodeDue,
  encodeEvent,
  encodeSeqs,
  laneKey,
  type LaneCommand,
  type SubscriptionSnapshot,
  subscriptionsTopic,
} from '@posthorn/contracts';
import type { InRecord } from '@posthorn/messaging';
import type { PartitionOwner } from './partition-owner.js';
import { lanesOf } from './takeover.js';
import {
  dues,
  owner,
  parkedAt,
  rejections,
  snapshot,
  type Status,
  subscription,
  told,
} from './testing/owner.js';

function order(command: LaneCommand['command'], args: Record<string, unknown>): InRecord {
  const value = encodeControl({
    kind: 'command',
    id: 'cmd_1',
    tenantId: 't',
    subscriptionId: 's',
    command,
    args,
  });
  return { offset: 100, key: Buffer.from('t'), value, headers: {}, timestamp: 0 };
}

it('lets the record of a deleted subscription go once no event from before is in the log any more', () => {
  const taken = owner([
    subscription('gone', 'deleted', 49),
    subscription('lately', 'deleted', 50),
    subscription('there', 'active', 0),
  ]);
  const records = taken.takeTransaction()!.records.filter(({ topic }) => topic === subscriptionsTopic.name);
  expect(records).toEqual([{ topic: subscriptionsTopic.name, partition: 3, key: 't/gone', value: null }]);
  expect([...taken.subscriptions.all()].map(({ key }) => key)).toEqual(['t/lately', 't/there']);
});

describe.each(['skip', 'retry-now'] as const)('the order %s', (command) => {
  it.each([
    ['about the event at which the lane waits is obeyed', { cursors: [60, 70] }, 'behind'],
    ['about another event, read again after a takeover, is not', { cursors: [60] }, 'parked'],
    ['of an earlier version names none and is obeyed', {}, 'behind'],
  ])('%s', (_, args, state) => {
    const taken = owner([subscription('s', 'active', 0)], [parkedAt(70)]);
    taken.onEvents([order(command, args)], 101);
    expect(taken.slots.get('lane/t/s/0')!.lane.state).toBe(state);
  });
});

it('lets a subscription go that was deleted before the log begins, when the log comes to begin there', () => {
  const taken = owner([subscription('lately', 'deleted', 60), subscription('there', 'active', 0)]);
  taken.logBegins(60);
  expect(taken.subscriptions.get('t', 'lately')).toBeDefined();
  taken.logBegins(61);
  expect([...taken.subscriptions.all()].map(({ key }) => key)).toEqual(['t/there']);
  expect([...taken.subscriptions.asking('t', 'a.b')].map(({ key }) => key)).toEqual(['t/there']);
  const { records } = taken.takeTransaction()!;
  expect(records).toContainEqual({
    topic: subscriptionsTopic.name,
    partition: 3,
    key: 't/lately',
    value: null,
  });
});

it('a subscription that is polled is sent nothing, and holds nothing up, whatever is ordered', () => {
  const polled = (status: Status) => {
    const { snapshot: known, ...rest } = subscription('s', status, 0);
    return { ...rest, snapshot: { ...known, kind: 'poll' as const } };
  };
  for (const status of ['active', 'paused'] as const) {
    const taken = owner([polled(status)]);
    expect(taken.subscriptions.get('t', 's')!.matches({ type: 'a.b', entity: null }, 100)).toBe(false);
    taken.onEvents([order('replay', { replayId: 'r1', fromSeq: 60 })], 101);
    expect(taken.slots.size).toBe(0);
    expect(taken.window.next).toBe(101);
  }
});

it('an order that cannot be read is rejected, and holds the partition up only until that is safe', () => {
  const taken = owner([subscription('s', 'active', 0)]);
  taken.onEvents([order('replay', { replayId: 'r1', fromSeq: 60, seqs: '/w==' })], 101);
  const [{ rejection, settle }] = rejections.splice(0);
  expect(rejection).toMatchObject({ topic: 'events.v1', partition: 3, record: { offset: 100 } });
  expect([taken.slots.size, taken.window.next]).toEqual([0, 100]);
  settle();
  expect(taken.window.next).toBe(101);
});

it('a subscription whose expression cannot be used any more gets nothing, and its partition goes on', () => {
  const { snapshot: known } = subscription('s', 'active', 0);
  const filter = { types: ['*'], expression: 'nope == 1' };
  const taken = owner([{ snapshot: { ...known, filter }, matching: [{ sinceSeq: 0, filter }] }]);
  expect(taken.subscriptions.get('t', 's')!.matches({ type: 'a.b', entity: null }, 100)).toBe(false);
});

describe('a replay', () => {
  const laneOf = (taken: PartitionOwner) => taken.slots.get(laneKey('t', 's', 'replay/r1'))?.lane;
  const commit = (taken: PartitionOwner): void => taken.takeTransaction()?.acknowledged();

  it('of a range that the log no longer reaches back to ends at once', () => {
    const taken = owner([subscription('s', 'active', 0)]);
    taken.onEvents([order('replay', { replayId: 'r1', fromSeq: 10, untilSeq: 40 })], 101);
    expect([laneOf(taken)?.state, laneOf(taken)?.wantsRead]).toEqual(['behind', undefined]);
    for (let i = 0; i < 3; i++) commit(taken);
    expect(laneOf(taken)).toBeUndefined();
  });

  it('keeps its pace and what it is about in its lane’s record, for the next owner', () => {
    const taken = owner([subscription('s', 'active', 0)]);
    const args = { replayId: 'r1', fromSeq: 60, untilSeq: 90, ratePerS: 20, seqs: encodeSeqs([61, 70, 89]) };
    taken.onEvents([order('replay', args)], 101);
    const { records } = taken.takeTransaction()!;
    const key = laneKey('t', 's', 'replay/r1');
    const { value } = records.find((record) => record.key === key)!;
    const [loaded] = lanesOf(new Map([[key, Buffer.from(value!)]]), Infinity);
    expect(loaded.replay).toEqual({ ratePerS: 20, seqs: args.seqs });
    const next = owner([subscription('s', 'active', 0)], [loaded]).slots.get(key)!;
    expect([next.rateLimit?.perS, [...next.only!], next.lane.wantsRead]).toEqual([20, [61, 70, 89], 60]);
  });

  it('is no faster than its subscription may be', () => {
    const { snapshot, ...rest } = subscription('s', 'active', 0);
    const taken = owner([{ ...rest, snapshot: { ...snapshot, rateLimit: 5 } }]);
    taken.onEvents([order('replay', { replayId: 'r1', fromSeq: 60, ratePerS: 20 })], 101);
    expect(taken.slots.get(laneKey('t', 's', 'replay/r1'))?.rateLimit?.perS).toBe(5);
  });

  it('of a paused subscription waits, and can be cancelled', () => {
    const taken = owner([subscription('s', 'paused', 0)]);
    taken.onEvents([order('replay', { replayId: 'r1', fromSeq: 60, untilSeq: 90 })], 101);
    commit(taken);
    expect(laneOf(taken)?.state).toBe('parked');
    const cancel = { ...order('cancel-replay', { replayId: 'r1' }), offset: 101 };
    taken.onEvents([{ ...cancel, value: Buffer.from(String(cancel.value).replace('cmd_1', 'cmd_2')) }], 102);
    for (let i = 0; i < 2; i++) commit(taken);
    expect(laneOf(taken)).toBeUndefined();
  });
});

describe('a subscription that begins in the past', () => {
  const control = (over: object, startSeq: number): InRecord => {
    const made = { ...snapshot('s', 'active'), version: 1, ...over } as unknown as SubscriptionSnapshot;
    const value = encodeControl({ kind: 'subscription', tenantId: 't', snapshot: made, startSeq });
    return { offset: 100, key: Buffer.from('t'), value, headers: {}, timestamp: 0 };
  };
  const keysOf = (taken: PartitionOwner) =>
    taken.takeTransaction()!.records.map(({ key, value }) => `${key} ${value === null ? 'gone' : 'there'}`);

  it('is BEHIND from there, by a record that stands before what it is', () => {
    const taken = owner([]);
    taken.onEvents([control({ ordering: 'strict' }, 70)], 101);
    const { lane } = taken.slots.get('lane/t/s/0')!;
    expect([lane.state, lane.wantsRead, taken.window.next]).toEqual(['behind', undefined, 100]);
    const { records, acknowledged } = taken.takeTransaction()!;
    expect(records.map(({ key }) => key)).toEqual(['lane/t/s/0', 't/s', '_window', '_due']);
    acknowledged();
    expect([lane.wantsRead, taken.window.next]).toEqual([70, 101]);
    const event = { type: 'a.b', entity: null };
    const { matches } = { matches: (seq: number) => taken.subscriptions.get('t', 's')!.matches(event, seq) };
    expect([matches(69), matches(70)]).toEqual([false, true]);
  });

  it('begins where the log does, if that is later, and at its record, if the place is', () => {
    const late = owner([]);
    late.onEvents([control({ ordering: 'strict' }, 10)], 101);
    late.takeTransaction()!.acknowledged();
    expect(late.slots.get('lane/t/s/0')!.lane.wantsRead).toBe(50);
    const future = owner([]);
    future.onEvents([control({ ordering: 'strict' }, 1_000)], 101);
    expect(future.slots.size).toBe(0);
  });

  it('has every lane by entity, so that none begins with what is new', () => {
    const taken = owner([]);
    taken.onEvents([control({ ordering: 'per-entity' }, 70)], 101);
    expect([...taken.slots.values()].filter(({ lane }) => lane.state === 'behind')).toHaveLength(64);
  });

  it('loses no lane to the one that an owner left who did not come to write the subscription', () => {
    const taken = owner([], [parkedAt(70)]);
    taken.onEvents([control({ ordering: 'strict' }, 70)], 101);
    expect(keysOf(taken)).toEqual(['lane/t/s/0 there', 't/s there', '_window there', '_due there']);
  });

  it('begins once: what is read again moves nothing', () => {
    const taken = owner([subscription('s', 'active', 0)]);
    taken.onEvents([control({ ordering: 'strict', version: 2 }, 70)], 101);
    expect(taken.slots.size).toBe(0);
  });
});

it('no order but a replay moves a lane whose subscription is paused', () => {
  const taken = owner([subscription('s', 'paused', 0)], [parkedAt(70)]);
  taken.onEvents([order('retry-now', {})], 101);
  expect(taken.slots.get('lane/t/s/0')!.lane.parkedUntil).not.toBe(0);
});

it('keeps of a single retry no more than its event, and accounts for that', () => {
  const taken = owner([subscription('s', 'active', 0)]);
  const message = {
    kind: 'event',
    id: 'evt_1',
    tenantId: 't',
    type: 'a.b',
    timestamp: '',
    acceptedAt: 1,
  } as const;
  const event = encodeEvent({ ...message, entity: null, data: Buffer.from('{}') } as never);
  const due = {
    kind: 'delivery',
    tenantId: 't',
    subscriptionId: 's',
    deliveryId: 'dlv_1',
    seq: 5,
    attempt: 1,
  } as const;
  const value = encodeDue({ ...due, dueAt: 1, event } as never);
  const fetched = Buffer.concat([Buffer.alloc(100_000), value]).subarray(100_000);
  taken.onDue([{ offset: 0, key: null, value: fetched, headers: {}, timestamp: 0 }], 1);
  const [item] = dues.splice(0);
  expect(item.event.value.buffer.byteLength).toBeLessThan(100_000);
  expect(taken.due.heldBytes).toBe(event.length);
  taken.due.settled(item);
  expect(taken.due.heldBytes).toBe(0);
});

it('writes anew, with its first window, what counts from where the log was cut', () => {
  const message = subscription('s', 'active', 60);
  const taken = owner([message], [{ ...parkedAt(70), moved: true }], [message]);
  const { lane } = taken.slots.get('lane/t/s/0')!;
  // Until then only the window protects what comes.
  taken.window.open(100, 1);
  expect([lane.coversFrom, lane.offer(100, {} as never, 1)]).toEqual([Infinity, true]);
  const { records, acknowledged } = taken.takeTransaction()!;
  expect(records.map(({ key }) => key)).toEqual(['lane/t/s/0', 't/s', '_window', '_due']);
  acknowledged();
  expect(lane.coversFrom).toBe(70);
});

it.each([
  [true, 'delivered'],
  [false, 'failed'],
])(
  'tells the last word of a delivery that an owner before had ended (delivered: %s)',
  (delivered, outcome) => {
    const one = owner([subscription('s', 'active', 0)]);
    const event = { id: 'evt_1', type: 'order.created' } as never;
    one.tellOver(one.subscriptions.get('t', 's')!, event, 104, { eventId: 'evt_1', delivered, attempt: 2 });
    const ids = {
      tenantId: 't',
      subscriptionId: 's',
      eventId: 'evt_1',
      eventType: 'order.created',
      seq: 104,
    };
    expect(told.pop()).toMatchObject({ kind: 'attempt', ...ids, attempt: 0, outcome, final: true });
  },
);

it('follows a change of one of many subscriptions from its place in the log on', () => {
  const taken = owner(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => subscription(id, 'active', 0)));
  const told = {
    kind: 'event',
    tenantId: 't',
    type: 'a.b',
    entity: null,
    timestamp: '',
    acceptedAt: 1,
  } as const;
  const at = (offset: number, value: Buffer): InRecord => ({
    ...{ offset, key: Buffer.from('t'), headers: {}, timestamp: 0 },
    value,
  });
  const event = (offset: number): InRecord =>
    at(offset, encodeEvent({ ...told, id: `evt_${offset}`, data: Buffer.from('{}') } as never));
  const changed = { ...snapshot('a', 'active'), version: 3, filter: { types: ['other'] } };
  const control = { kind: 'subscription', tenantId: 't', snapshot: changed } as unknown;
  taken.onEvents([event(100)], 101);
  expect(taken.counts.matched).toBe(6);
  taken.onEvents([at(101, encodeControl(control as never)), event(102)], 103);
  expect(taken.counts.matched).toBe(11);
});
