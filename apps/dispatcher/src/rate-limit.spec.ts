import { RateLimit } from './rate-limit.js';

/** How many may start in each of so many milliseconds, one after the other. */
function started(limit: RateLimit, fromMs: number, untilMs: number): number {
  let count = 0;
  for (let now = fromMs; now < untilMs; now++) {
    while (limit.nextAt(now) <= now) {
      limit.take();
      count++;
    }
  }
  return count;
}

it.each([
  ['a second', 1, 200],
  ['a tenth of a second', 0.1, 20],
])('lets the worth of %s go at once, then the rate', (_, burstS, atOnce) => {
  const limit = new RateLimit(200, 0, burstS);
  expect(started(limit, 0, 1)).toBe(atOnce);
  expect(started(limit, 1, 1_001)).toBe(200);
  // What was not used is kept for as long.
  expect(started(limit, 61_000, 61_001)).toBe(atOnce);
});

it('lets one go at once, however low the rate, and says when the next may', () => {
  const limit = new RateLimit(2, 0, 0.1);
  expect(started(limit, 0, 1)).toBe(1);
  expect(limit.nextAt(1)).toBe(500);
});
