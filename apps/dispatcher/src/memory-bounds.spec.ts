import { EventMemory } from './event-memory.js';
import type { LogEvent } from './lane-slot.js';
import { dueLoadOf, mayFeed, relieve } from './memory-bounds.js';
import type { PartitionOwner } from './partition-owner.js';

const bounds = { windowRecordsMax: 100, windowBytesMax: 1_000, eventBytesMax: 10_000 };

function owner(heldBytes: number, fedBytes: number): { owner: PartitionOwner; lagged: () => number } {
  let lagged = 0;
  const lane = { state: 'live', bufferedBytes: 600, lag: () => void lagged++ };
  const slots = new Map([['lane/t/s/0', { lane }]]);
  return { owner: { heldBytes, fedBytes, slots } as unknown as PartitionOwner, lagged: () => lagged };
}

it.each([
  ['lanes that catch up', 600, 20_000, 0],
  ['lanes that keep up', 10_600, 0, 1],
])('live lanes go BEHIND for what %s have in memory, or not', (_, heldBytes, fedBytes, expected) => {
  const one = owner(heldBytes, fedBytes);
  relieve([one.owner], bounds);
  expect(one.lagged()).toBe(expected);
});

it('lanes that catch up are given no more than rations once memory is short', () => {
  expect(mayFeed([owner(4_000, 5_999).owner], bounds)).toBe(true);
  expect(mayFeed([owner(4_000, 6_000).owner], bounds)).toBe(false);
});

it.each([
  ['records', 100, 0, 1],
  ['bytes', 1, 1_000, 1],
  ['bytes of all partitions', 1, 500, 20],
])('single retries are bounded in %s', (_, size, heldBytes, partitions) => {
  const one = { due: { window: { size }, heldBytes } } as unknown as PartitionOwner;
  const all = Array.from({ length: partitions }, () => one);
  expect(dueLoadOf(one, all, bounds)).toBe(1);
});

it('an event counts once, in however many lanes it waits', () => {
  const memory = new EventMemory();
  const event = { heldBy: 0, fedBy: 0 } as LogEvent;
  for (let i = 0; i < 200; i++) memory.buffered(event, 170, true);
  expect([memory.heldBytes, memory.fedBytes]).toEqual([170, 0]);
  // One of its lanes has gone BEHIND.
  memory.buffered(event, -170, true);
  memory.buffered(event, 170, false);
  expect([memory.heldBytes, memory.fedBytes]).toEqual([170, 170]);
  for (let i = 0; i < 199; i++) memory.buffered(event, -170, true);
  memory.buffered(event, -170, false);
  expect([memory.heldBytes, memory.fedBytes]).toEqual([0, 0]);
});

it('what is on its way BEHIND already is not relieved of a second time, nor anybody else for it', () => {
  const lanes = Array.from({ length: 20 }, () => ({
    state: 'live',
    coversFrom: Infinity,
    bufferedBytes: 600,
    lag() {
      this.state = 'behind';
    },
  }));
  const slots = new Map(lanes.map((lane, i) => [String(i), { lane }]));
  const one = { heldBytes: 12_000, fedBytes: 0, slots } as unknown as PartitionOwner;
  expect([relieve([one], bounds).length, relieve([one], bounds).length]).toEqual([4, 0]);
});
