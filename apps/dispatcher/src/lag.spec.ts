import { jest } from '@jest/globals';
import { encodeEvent } from '@posthorn/contracts';
import type { LaneItem } from '@posthorn/domain';
import type { InRecord } from '@posthorn/messaging';
import type { DueItem, LaneSlot, LogEvent } from './lane-slot.js';
import type { PartitionOwner } from './partition-owner.js';
import { RateLimit } from './rate-limit.js';
import { owner, subscription } from './testing/owner.js';

const event = (offset: number): InRecord => {
  const value = encodeEvent({
    ...{ kind: 'event', id: `evt_${offset}`, tenantId: 't', type: 'order.created', entity: null },
    ...{ timestamp: '', acceptedAt: 1, data: Buffer.from('{}') },
  } as never);
  return { offset, key: Buffer.from('t'), value, headers: {}, timestamp: 0 };
};

/** A lane, one event after the other, that is given two events at time 0. */
function given(): { taken: PartitionOwner; slot: LaneSlot } {
  const taken = owner([subscription('s', 'active', 0)]);
  taken.tick(0, false, 0);
  taken.onEvents([event(100), event(101)], 102);
  const [slot] = taken.slots.values();
  return { taken, slot };
}

const tick = (taken: PartitionOwner, untilMs: number, load = 0): void => {
  for (let now = 100; now <= untilMs; now += 100) taken.tick(now, false, load);
};

function expectToLagAfter(ms: number, { taken, slot }: ReturnType<typeof given>, load = 0): void {
  tick(taken, ms, load);
  expect(slot.lane.state).toBe('live');
  tick(taken, ms + 100, load);
  expect(slot.lane.state).toBe('behind');
}

describe('a lane that only waits for its turn', () => {
  it('stays live for half a minute, and no longer', () => {
    expectToLagAfter(30_000, given());
  });

  it('stays live with its first event in flight, after a long time in the queue', () => {
    const { taken, slot } = given();
    slot.start(9_000);
    tick(taken, 10_000);
    expect(slot.lane.state).toBe('live');
  });

  it('goes BEHIND after two seconds where the window has become large', () => {
    expectToLagAfter(2_000, given(), 0.26);
  });
});

describe('goes BEHIND after two seconds: a lane', () => {
  it.each([
    ['whose receiver has not answered for as long', (slot: LaneSlot) => void slot.start(100)],
    [
      'whose receiver takes longer for what waits',
      (slot: LaneSlot) => {
        for (let i = 0; i < 50; i++) slot.took(1_001);
      },
    ],
    [
      'that has a rate limit, which others may share',
      (slot: LaneSlot) => {
        Object.defineProperty(slot, 'rateLimit', { value: new RateLimit(100, 0) });
      },
    ],
    [
      'that has a single retry under way',
      (slot: LaneSlot) => {
        slot.addDue({} as DueItem);
        slot.start(2_050);
      },
    ],
    [
      'of a subscription another lane of which has had no answer for as long',
      ({ owner: taken, subscription: { lanes } }: LaneSlot) => {
        taken.slotOf([...taken.subscriptions.all()][0], '1').lane.offer(90, {} as LogEvent, 1);
        lanes.get('1')!.start(100);
      },
    ],
  ])('%s', (_, before) => {
    const lane = given();
    before(lane.slot);
    expectToLagAfter(2_000, lane);
  });
});

/** A lane that catches up from 70 on, as an owner before left it. */
function catchingUp(): { taken: PartitionOwner; slot: LaneSlot } {
  const record = { kind: 'behind', cursor: 70, attempt: 0, failingSince: null } as const;
  const lane = { tenantId: 't', subscriptionId: 's', lane: '0', record, moved: false };
  const taken = owner([subscription('s', 'active', 0)], [lane]);
  const [slot] = taken.slots.values();
  return { taken, slot };
}

function deliver(slot: LaneSlot, now: number): void {
  const { item } = slot.start(now) as { item: LaneItem<LogEvent> };
  slot.lane.finished(item, true);
  slot.lane.recorded(item);
}

it('looks at lanes that are idle no more', () => {
  const { taken, slot } = given();
  deliver(slot, 50);
  deliver(slot, 50);
  taken.tick(100, false, 0);
  const looked = jest.spyOn(slot.lane, 'checkpoint');
  tick(taken, 1_000);
  expect(looked).not.toHaveBeenCalled();
  taken.onEvents([event(102)], 103);
  tick(taken, 1_000);
  expect(looked).toHaveBeenCalledTimes(10);
});

it('looks at lanes that were loaded as they were left', () => {
  const { taken, slot } = catchingUp();
  const looked = jest.spyOn(slot.lane, 'checkpoint');
  taken.tick(0, false, 0);
  expect(looked).toHaveBeenCalledTimes(1);
});

it('writes cursors when they are due, and not at each look', () => {
  const { taken, slot } = catchingUp();
  slot.lane.feed(70, {} as LogEvent, 1);
  slot.lane.feed(71, {} as LogEvent, 1);
  deliver(slot, 0);
  const keys = (): string[] => taken.takeTransaction()?.records.map(({ key }) => key) ?? [];
  taken.tick(1_000, false, 0);
  expect(keys()).not.toContain(slot.key);
  taken.tick(2_000, true, 0);
  expect(keys()).toContain(slot.key);
});
