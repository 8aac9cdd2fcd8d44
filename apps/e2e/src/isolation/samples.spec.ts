import { isKept, isWithin, Samples } from './samples.js';

function of(...values: number[]): Samples {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples;
}

it.each([
  [50, 50],
  [99, 99],
  [100, 100],
  [0.5, 1],
])('the %d th percentile of 1 to 100 is %d', (percent, value) => {
  const upwards = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(of(...upwards.toReversed()).percentile(percent)).toBe(value);
});

it('has no percentile without samples', () => {
  expect(of().percentile(99)).toBeNaN();
});

it('puts runs together', () => {
  const all = of(1, 2);
  all.addAll(of(3, 4));
  expect([all.count, all.percentile(100)]).toEqual([4, 4]);
});

it.each([
  [35, 10, true],
  [35.1, 10, false],
  [170, 100, true],
  [NaN, 100, false],
])('p99 of %d ms beside %d ms: %s', (p99Ms, quietP99Ms, within) => {
  expect(isWithin(p99Ms, quietP99Ms)).toBe(within);
});

it.each([
  [95, 100, true],
  [94, 100, false],
  [0, 0, false],
])('%d of %d: %s', (delivered, accepted, kept) => {
  expect(isKept(delivered, accepted)).toBe(kept);
});
