import type { LaneSlot } from './lane-slot.js';
import { Permits } from './permits.js';

const lane = (name: string): LaneSlot => ({ name }) as LaneSlot;

function crowd(max: () => number, taken: number, waiting: number): Permits {
  const permits = new Permits(max);
  for (let i = 0; i < taken; i++) permits.take('t');
  for (let i = 0; i < waiting; i++) permits.wait('t', lane(`w${i}`));
  return permits;
}

it('one place that comes back is for the lane that has waited longest', () => {
  const permits = crowd(() => 5, 5, 3);
  expect(permits.leave('t').map(({ name }) => name)).toEqual(['w0']);
  expect(permits.waitingLanes).toBe(2);
});

it('a maximum that has grown meanwhile is for as many as it has places', () => {
  let max = 2;
  const permits = crowd(() => max, 2, 8);
  max = 6;
  expect(permits.leave('t')).toHaveLength(5);
  expect(permits.waitingLanes).toBe(3);
});

it('a maximum that has shrunk is for nobody, until nothing is taken any more', () => {
  const permits = crowd(() => 1, 3, 2);
  expect([permits.leave('t'), permits.leave('t')]).toEqual([[], []]);
  expect(permits.leave('t')).toHaveLength(2);
});
