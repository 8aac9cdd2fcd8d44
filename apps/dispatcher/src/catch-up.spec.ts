import { encodeEvent } from '@posthorn/contracts';
import { Lane, type LaneRecord } from '@posthorn/domain';
import type { InRecord } from '@posthorn/messaging';
import { CatchUp } from './catch-up.js';
import type { LaneSlot } from './lane-slot.js';
import type { Outbox } from './outbox.js';
import type { PartitionOwner } from './partition-owner.js';

/** A lane that is at the main reader's position, below the end of the bitmap that was loaded at takeover. */
function stalledSlot(): { slot: LaneSlot; owner: PartitionOwner; fed: number[] } {
  const fed: number[] = [];
  const owner = {
    ended: false,
    nextPosition: 10,
    partition: 0,
    window: { loadedEnd: 20 },
  } as unknown as PartitionOwner;
  const lane = { wantsRead: 10, fedUpTo: (position: number) => void fed.push(position) };
  return { slot: { owner, lane, tenantId: 't' } as unknown as LaneSlot, owner, fed };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a lane that may not be handed over yet is looked at again when the main reader moves, not for ever', async () => {
  const { slot, owner, fed } = stalledSlot();
  const reader = { readOnce: () => Promise.reject(new Error('there is nothing to read')) };
  // As the service does: whatever was fed may want to be read for again.
  const again = (one: LaneSlot): void => catchUp.want(one);
  const catchUp: CatchUp = new CatchUp(reader, {} as Outbox, again, () => undefined);
  catchUp.want(slot);
  for (let i = 0; i < 5; i++) await turn();
  expect(fed).toEqual([10]);
  catchUp.advanced(owner);
  for (let i = 0; i < 5; i++) await turn();
  expect(fed).toEqual([10, 10]);
});

describe('reading for lanes', () => {
  const settings = { ordered: false, inFlightMax: 2, eventsMax: 50, bytesMax: 1e6, breakerFailures: 10 };
  const nothing = (): void => undefined;
  const effects = { release: nothing, position: () => 100, dirty: nothing, buffered: nothing };

  const record = (offset: number): InRecord => {
    const head = {
      kind: 'event',
      id: `evt_${offset}`,
      tenantId: 't',
      type: 'a.b',
      timestamp: '',
      acceptedAt: 1,
    };
    const value = encodeEvent({ ...head, entity: null, data: Buffer.from('{}') } as never);
    return { offset, key: Buffer.from('t'), value, headers: {}, timestamp: 0 };
  };
  const records = Array.from({ length: 100 }, (_, n) => record(n));

  type Lanes = Record<string, LaneRecord>;
  type Known = Record<number, { delivered: boolean }>;

  /** A partition of 100 events, with lanes that begin where their records say. */
  function reading(lanes: Lanes, { repeats = [] as number[], known = {} as Known } = {}) {
    const told: number[] = [];
    const owner = {
      ended: false,
      partition: 0,
      nextPosition: 100,
      window: { loadedEnd: 0 },
      isRepeat: (_: unknown, { offset }: InRecord) => repeats.includes(offset),
      laneOf: (subscription: { name: string }) => subscription.name,
      endings: { get: (_: unknown, seq: number) => known[seq] },
      logEvent: (message: unknown, { value }: InRecord) => ({ message, value }),
      tellOver: (_: unknown, __: unknown, seq: number) => void told.push(seq),
    } as unknown as PartitionOwner;
    const slots = Object.entries(lanes).map(([name, loaded]) => {
      const lane = new Lane<never>(settings, effects, loaded);
      return {
        owner,
        lane,
        name,
        tenantId: 't',
        subscription: { name, matches: () => true },
      } as unknown as LaneSlot;
    });
    return { owner, slots, told };
  }

  const behind = (cursor: number): LaneRecord => ({ kind: 'behind', cursor, attempt: 0, failingSince: null });
  const failing = (cursor: number): LaneRecord =>
    ({ ...behind(cursor), attempt: 2, failingSince: 5 }) as LaneRecord;

  async function feed(slots: LaneSlot[], mayFeed: () => boolean, turns = 20): Promise<number[][]> {
    const reader = { readOnce: () => Promise.resolve({ kind: 'records' as const, records, next: 100 }) };
    const catchUp = new CatchUp(
      reader as never,
      {} as Outbox,
      (slot) => catchUp.want(slot),
      nothing,
      mayFeed,
    );
    for (const slot of slots) catchUp.want(slot);
    for (let i = 0; i < turns; i++) await turn();
    catchUp.stop();
    return slots.map(({ lane }) => {
      const seqs: number[] = [];
      while (lane.queued > 0) seqs.push(lane.start().seq);
      return seqs;
    });
  }

  it('gives lanes that have nothing a ration where memory is short, and no more to those that have', async () => {
    const { slots } = reading({ one: behind(10), other: behind(20), full: behind(30) });
    slots[2].lane.feed(30, {} as never, 1);
    expect(await feed(slots, () => false)).toEqual([[10, 11], [20, 21], [30]]);
  });

  it('gives all they have room for where there is memory', async () => {
    const { slots } = reading({ one: behind(10) });
    expect((await feed(slots, () => true))[0]).toHaveLength(50);
  });

  it('leaves repeats out, except for one that a lane has begun to deliver', async () => {
    const { slots } = reading({ one: behind(95), begun: failing(96) }, { repeats: [96, 98] });
    expect(await feed(slots, () => true)).toEqual([
      [95, 97, 99],
      [96, 97, 99],
    ]);
  });

  it('tells a lane that what it waited for was delivered before the takeover', async () => {
    const { slots, told } = reading(
      { failing: failing(96), other: failing(97) },
      { known: { 96: { delivered: true }, 98: { delivered: true } } },
    );
    await feed(slots, () => true);
    expect(slots.map(({ lane }) => lane.health.failingSince)).toEqual([null, 5]);
    // The log heard of failed attempts after the delivery: it needs a last word.
    expect(told).toEqual([96]);
  });
});
