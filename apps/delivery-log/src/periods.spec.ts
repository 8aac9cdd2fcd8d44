import { periodsOf, tenantsByPeriod } from './periods.js';

it('periods are read as they are written', () => {
  expect(periodsOf('')).toEqual(new Map());
  expect(periodsOf(' vendor-17=90/30 , vendor-18=8/4000,')).toEqual(
    new Map([
      ['vendor-17', { payloads: 90, attempts: 30 }],
      ['vendor-18', { payloads: 8, attempts: 4000 }],
    ]),
  );
});

it.each(['vendor-17', 'vendor-17=90', '=90/30', 'vendor-17=7/30', 'vendor-17=30/4001', 'vendor-17=90/30/1'])(
  'what is no list of periods is refused: %s',
  (text) => {
    expect(periodsOf(text)).toBeUndefined();
  },
);

it('who keeps longer at an age, and who shorter', () => {
  const periods = periodsOf('a=90/30,b=10/30,c=60/30')!;
  const { longest, longer, shorter } = tenantsByPeriod(periods, 'payloads', 30);
  expect(longest).toBe(90);
  expect([longer(30), longer(59), longer(60), longer(90)]).toEqual([['a', 'c'], ['a', 'c'], ['a'], []]);
  expect(shorter).toEqual([['b', 10]]);
  expect(tenantsByPeriod(new Map(), 'attempts', 30)).toMatchObject({ longest: 30, shorter: [] });
});
