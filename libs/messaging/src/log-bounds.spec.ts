import { positionWithin } from './log-bounds.js';

it.each([
  ['in the log', 50, 50],
  ['at its end', 100, 100],
  ['before what is left of it', 3, 10],
  ['a little beyond its end: the tail was lost', 1_100, 100],
  ['far beyond its end: it was made anew', 1_101, 10],
])('a position %s', (_, position, expected) => {
  expect(positionWithin(position, { low: 10, high: 100 })).toBe(expected);
});
