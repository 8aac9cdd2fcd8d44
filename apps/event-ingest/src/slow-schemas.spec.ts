import { SlowSchemas } from './slow-schemas.js';

const rule = (id: string, tenantId = 't') => ({ id, tenantId });

it('rests for a hundred times what a check may take, and the longer the more there are of a tenant', () => {
  const slow = new SlowSchemas();
  expect(slow.isResting(rule('a'), 0)).toBe(false);
  expect(slow.rest(rule('a'), 0)).toBe(10_000);
  expect([9_999, 10_000].map((now) => slow.isResting(rule('a'), now))).toEqual([true, false]);
  expect(slow.rest(rule('b'), 5_000)).toBe(20_000);
  expect(slow.rest(rule('c', 'other'), 5_000)).toBe(10_000);
  // The first one is over by then.
  expect(slow.rest(rule('d'), 12_000)).toBe(20_000);
});
