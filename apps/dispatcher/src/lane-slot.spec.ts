import type { LaneEffects, LaneSettings } from '@posthorn/domain';
import { type DueItem, LaneSlot, type LogEvent } from './lane-slot.js';
import type { PartitionOwner } from './partition-owner.js';
import { RateLimit } from './rate-limit.js';
import type { Subscription } from './subscription-table.js';

const settings: LaneSettings = {
  ordered: false,
  inFlightMax: 5,
  eventsMax: 10,
  bytesMax: 1_000,
  breakerFailures: 10,
};
const effects: LaneEffects<LogEvent> = {
  release: () => undefined,
  position: () => 10,
  dirty: () => undefined,
  buffered: () => undefined,
};
const parked = { kind: 'parked', cursor: 3, attempt: 0, dueAt: 0, failingSince: 0 } as const;

function slotOf(loaded: ConstructorParameters<typeof LaneSlot>[5], perS?: number): LaneSlot {
  const rateLimit = perS === undefined ? undefined : { perS };
  const subscription = { snapshot: { tenantId: 't', id: 's' }, rateLimit } as unknown as Subscription;
  return new LaneSlot({} as PartitionOwner, subscription, '0', settings, effects, loaded);
}

const due = (n: number): DueItem => ({ offset: n }) as DueItem;
const add = (slot: LaneSlot, count: number): void => {
  for (let n = 0; n < count; n++) slot.addDue(due(n));
};

/** A lane that probes, with its own event to send. */
function probing(): LaneSlot {
  const slot = slotOf({ ...parked, reason: 'breaker', gone: false });
  slot.lane.resume();
  slot.lane.feed(3, {} as never, 1);
  return slot;
}

it('sends single retries before what came later', () => {
  const slot = slotOf({ kind: 'live' });
  slot.lane.offer(10, {} as never, 1);
  add(slot, 1);
  expect(slot.start(0)).toEqual({ kind: 'due', item: due(0), putOff: false });
  expect(slot.start(0)).toMatchObject({ kind: 'lane', item: { seq: 10 } });
});

it('lets the probe of a lane find out before single retries are tried', () => {
  const slot = probing();
  add(slot, 1);
  expect(slot.start(0)).toMatchObject({ kind: 'lane', item: { seq: 3 } });
  expect(slot.canStart(0)).toBe(false);
});

it('probes with one single retry where the lane has nothing of its own', () => {
  const slot = slotOf({ ...parked, reason: 'breaker', gone: false });
  slot.lane.resume();
  add(slot, 2);
  expect([slot.canStart(0), slot.start(0).kind, slot.canStart(0)]).toEqual([true, 'due', false]);
});

it.each([
  ['a lane that sends five at once', () => slotOf({ kind: 'live' }), 10],
  ['one that probes', probing, 8],
])('keeps a bounded line of single retries and puts off the last ones: %s', (_, make, kept) => {
  const slot = make();
  add(slot, kept);
  expect(slot.sendsBack).toBe(false);
  slot.addDue(due(99));
  expect([slot.sendsBack, slot.start(0)]).toEqual([true, { kind: 'due', item: due(99), putOff: true }]);
  expect(slot.sendsBack).toBe(false);
});

it.each([
  ['one every ten seconds', 0.1, 0, 1],
  ['three a second', 3, 0, 6],
  ['one in 40 s, as it answers', undefined, 40_000, 1],
  ['five in a second, as it answers', undefined, 1_000, 10],
])(
  'lets no more single retries wait than its receiver takes in two seconds: %s',
  (_, perS, answerMs, kept) => {
    const slot = slotOf({ kind: 'live' }, perS);
    for (let i = 0; i < 200; i++) slot.took(answerMs);
    add(slot, kept);
    expect(slot.sendsBack).toBe(false);
    slot.addDue(due(99));
    expect(slot.sendsBack).toBe(true);
  },
);

it.each([
  ['as its receiver answers', undefined, 200],
  ['as its rate limit allows', 2, 500],
])('those that are put off come again one after the other, %s', (_, perS, gapMs) => {
  const slot = slotOf({ kind: 'live' }, perS);
  for (let i = 0; i < 200; i++) slot.took(1_000);
  const turns = [1, 2, 3].map(() => slot.turnAt(5_000) - 6_000);
  expect(turns).toEqual([gapMs, 2 * gapMs, 3 * gapMs]);
  for (let i = 0; i < 2_000; i++) slot.turnAt(5_000);
  expect(slot.turnAt(5_000)).toBe(5_000 + 5 * 60_000);
});

it('begins a replay evenly: with what a tenth of a second brings', () => {
  const slot = slotOf({ kind: 'live' });
  slot.replays({ ratePerS: 200 }, 0);
  let atOnce = 0;
  for (; slot.rateLimit!.nextAt(0) === 0; atOnce++) slot.rateLimit!.take();
  expect(atOnce).toBe(20);
});

it('a replay and what is new share what their subscription may have', () => {
  const rateLimit = new RateLimit(10, 0);
  const subscription = { snapshot: { tenantId: 't', id: 's', rateLimit: 10 }, rateLimit };
  const slots = ['0', 'replay/r'].map(
    (name) =>
      new LaneSlot({} as PartitionOwner, subscription as unknown as Subscription, name, settings, effects),
  );
  slots[1].replays({}, 0);
  let sent = 0;
  for (let now = 0; now <= 10_000; now += 10)
    for (const slot of slots)
      if (slot.tokenAt(now) <= now) {
        slot.takeToken();
        sent++;
      }
  // A second's worth at once, and ten seconds'.
  expect(sent).toBe(110);
});
