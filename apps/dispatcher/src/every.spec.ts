import { Every } from './every.js';

it('is due at once, and then when its time has come', () => {
  const every = new Every(500);
  const due: number[] = [];
  for (let now = 10_000; now < 12_500; now += 200) if (every.isDue(now)) due.push(now);
  expect(due).toEqual([10_000, 10_600, 11_200, 11_800, 12_400]);
  expect(every.isDue(12_400)).toBe(false);
});
