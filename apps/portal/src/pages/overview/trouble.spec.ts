import { byTrouble, troubleOf } from './trouble';

it('puts who needs somebody first, and leaves the order of the rest', () => {
  const lanes = { a: [], b: ['retrying'], c: ['retrying', 'parked'], d: [], e: ['behind'] };
  const tenants = Object.entries(lanes).map(([id, states]) => ({
    id,
    lanes: states.map((state) => ({ state })),
  }));
  expect(byTrouble(tenants, (tenant) => troubleOf(tenant.lanes)).map(({ id }) => id)).toEqual([
    'c',
    'e',
    'b',
    'a',
    'd',
  ]);
  expect(troubleOf(undefined)).toBe(0);
});
