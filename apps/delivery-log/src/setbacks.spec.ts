import { Setbacks } from './setbacks.js';

it('who fails waits twice as long each time, at most a minute, and no longer when it went on', () => {
  const setbacks = new Setbacks();
  const waits = Array.from({ length: 8 }, () => setbacks.failed('a', 0));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(setbacks.failed('b', 59_500)).toBe(1_000);
  expect(setbacks.waiting(59_999)).toEqual(['a', 'b']);
  expect(setbacks.waiting(60_000)).toEqual(['b']);
  // Its time is over, its failures are not forgotten.
  expect(setbacks.failed('a', 60_000)).toBe(60_000);
  setbacks.went('a');
  expect(setbacks.waiting(60_000)).toEqual(['b']);
  expect(setbacks.failed('a', 60_000)).toBe(1_000);
});

it('forgets who is tried no more', () => {
  const setbacks = new Setbacks();
  for (let i = 0; i < 3; i++) setbacks.failed('a', 0);
  expect(setbacks.waiting(700_000)).toEqual([]);
  expect(setbacks.failed('a', 700_000)).toBe(1_000);
});
