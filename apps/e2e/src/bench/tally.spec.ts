import { Tally } from './tally.js';

it('counts each pair of place and event once, repeats and strangers apart', () => {
  const tally = new Tally(2, 3);
  const take = (place: number, n: number, atMs: number): void => tally.taken(place, n, { atMs, dueMs: 100 });
  take(0, 0, 105);
  take(1, 0, 107);
  take(1, 2, 109);
  take(1, 2, 500);
  take(2, 0, 101);
  take(0, 3, 101);
  take(NaN, 0, 101);
  const told = { distinct: 3, duplicates: 1, strange: 3, lastMs: 109 };
  expect(tally.told(true)).toEqual({ ...told, p50Ms: 7, p99Ms: 9 });
  expect(tally.told(false)).toEqual({ ...told, p50Ms: NaN, p99Ms: NaN });
});

it('keeps latencies of the first places only where it is told so', () => {
  const tally = new Tally(2, 1, 1);
  tally.taken(0, 0, { atMs: 5, dueMs: 0 });
  tally.taken(1, 0, { atMs: 900, dueMs: 0 });
  expect(tally.told(true)).toMatchObject({ distinct: 2, p50Ms: 5, p99Ms: 5 });
});
