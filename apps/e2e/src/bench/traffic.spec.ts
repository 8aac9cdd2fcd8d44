import { eventText, tenantPicker } from './traffic.js';

it('gives every tenant the same, or few of them most', () => {
  const tenants = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const even = tenantPicker({ tenants, zipf: false });
  expect([even(0), even(99), even(100)]).toEqual([0, 99, 0]);
  const zipf = tenantPicker({ tenants, zipf: true });
  const counts = new Array<number>(100).fill(0);
  for (let n = 0; n < 20_000; n++) counts[zipf(n)]++;
  // Of the harmonic sum H(100) = 5.187, the first tenant has 19.3 %, the hundredth 0.19 %.
  expect(counts[0] / 20_000).toBeCloseTo(0.193, 1);
  expect(counts[99]).toBeLessThan(100);
  expect(counts.every((count) => count > 0)).toBe(true);
});

it('picks the same tenants every time', () => {
  const picked = (): number[] => {
    const pick = tenantPicker({ tenants: ['a', 'b', 'c', 'd'], zipf: true });
    return Array.from({ length: 20 }, (_, n) => pick(n));
  };
  expect(picked()).toEqual(picked());
});

it.each([500, 5_000])('writes an event of about %s bytes that is JSON', (bytes) => {
  const text = eventText({ run: 'run', type: 'order.changed', bytes }, 'tenant-1', 42, 1_234.567);
  expect(JSON.parse(text)).toMatchObject({
    tenantId: 'tenant-1',
    id: 'run-42',
    data: { n: 42, t: 1_234.57 },
  });
  expect(Math.abs(text.length - bytes)).toBeLessThan(50);
});
