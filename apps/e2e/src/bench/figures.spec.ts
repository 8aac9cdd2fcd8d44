import { figuresOf, medianOf } from './figures.js';

const told = { distinct: 1_000, duplicates: 0, strange: 0, p50Ms: 7.34, p99Ms: 31.06 };
const measured = {
  cpuBefore: { dispatcher: 5_000_000, kafka: 100_000 },
  cpuAfter: { dispatcher: 5_070_000, kafka: 112_340 },
  lengthMs: 500,
  expected: 1_000,
  told,
  rssMb: { dispatcher: 190, 'delivery-log': 120 },
};

it('weighs a delivery by what every process spent in between', () => {
  expect(figuresOf(measured)).toEqual({
    deliveriesPerS: 2_000,
    cpuUsPerDelivery: 82.3,
    cpuUsByProcess: { dispatcher: 70, kafka: 12.3 },
    p50Ms: 7.3,
    p99Ms: 31.1,
    rssMb: 190,
    rssMbByProcess: { dispatcher: 190, 'delivery-log': 120 },
    lost: 0,
    duplicates: 0,
  });
});

it('counts what is missing, what came twice and what nobody expected', () => {
  const short = { ...told, distinct: 990, duplicates: 2, strange: 1 };
  expect(figuresOf({ ...measured, told: short })).toMatchObject({ lost: 10, duplicates: 3 });
});

it('tells µs in a second where nothing is delivered', () => {
  const nothing = { distinct: 0, duplicates: 0, strange: 0, p50Ms: NaN, p99Ms: NaN };
  expect(figuresOf({ ...measured, lengthMs: 10_000, expected: 0, told: nothing })).toMatchObject({
    deliveriesPerS: 0,
    cpuUsPerDelivery: null,
    cpuUsByProcess: { dispatcher: 7_000, kafka: 1_234 },
    p50Ms: null,
    p99Ms: null,
    lost: 0,
  });
});

it('takes the median of runs figure by figure, and all that was lost in any of them', () => {
  const run = (lengthMs: number, kafkaUs: number, p50Ms: number, distinct: number): object =>
    figuresOf({
      ...measured,
      lengthMs,
      cpuAfter: { dispatcher: 5_070_000, kafka: 100_000 + kafkaUs },
      told: { ...told, p50Ms, distinct },
    });
  const runs = [run(400, 9_000, 30, 1_000), run(500, 7_000, NaN, 1_000), run(1_000, 8_000, 10, 999)];
  expect(medianOf(runs as Parameters<typeof medianOf>[0])).toMatchObject({
    deliveriesPerS: 2_000,
    cpuUsPerDelivery: 78.1,
    cpuUsByProcess: { kafka: 8 },
    p50Ms: 10,
    lost: 1,
    duplicates: 0,
  });
});
