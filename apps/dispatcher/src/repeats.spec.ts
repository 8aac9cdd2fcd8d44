import { Repeats } from './repeats.js';

const minute = 60_000;
const at = (offset: number, minutes: number) => ({
  partition: 0,
  id: 'evt_a',
  offset,
  at: 1_700_000_000_000 + minutes * minute,
});

it('knows repeats in a backlog that is read long after', () => {
  const repeats = new Repeats();
  expect([repeats.has(at(10, 0), true), repeats.has(at(20, 5), true)]).toEqual([false, true]);
});

it('reading again tells nothing about what is read for the first time', () => {
  const repeats = new Repeats();
  repeats.has(at(10, 0), true);
  expect(repeats.has(at(20, 5), false)).toBe(false);
});

it('hides nothing after the tail of a log was lost with the first one', () => {
  const repeats = new Repeats();
  repeats.has(at(10, 0), false);
  repeats.has(at(10, 0), true);
  repeats.forgetFrom(0, 10);
  expect([repeats.has(at(12, 1), false), repeats.has(at(12, 1), true)]).toEqual([false, false]);
});
