import fc from 'fast-check';
import { addHistogram, bucketOf, count, type Histogram, percentile } from './histogram.js';

const of = (durations: readonly number[]): Histogram => {
  const histogram: Histogram = [];
  for (const ms of durations) count(histogram, ms);
  return histogram;
};

it('percentiles are off by a tenth at most', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (durations, share) => {
        const exact = durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * share) - 1];
        const told = percentile(of(durations), share)!;
        expect(Math.abs(told - exact) / exact).toBeLessThan(0.1);
      },
    ),
  );
});

it('two are added as if everything had been counted in one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200_000)), fc.array(fc.nat(200_000)), (some, others) => {
      const sum = of(some);
      addHistogram(sum, of(others));
      expect(sum).toEqual(of([...some, ...others]));
    }),
  );
});

it('what was counted wrongly is taken back', () => {
  const histogram = of([5, 80]);
  count(histogram, 80, -1);
  expect(percentile(histogram, 0.99)).toBe(percentile(of([5]), 0.5));
});

it.each([
  [[], null],
  [[0.2, 0, -1], 0.5],
  [[NaN], 0.5],
  [[1e12], 120_000],
])('limits: %j', (durations, told) => {
  expect(percentile(of(durations as number[]), 0.5)).toBe(told);
  expect(bucketOf(1)).toBe(1);
});
