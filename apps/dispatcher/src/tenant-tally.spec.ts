import { TenantTally } from './tenant-tally.js';

it('shows the tenants with the most, where a failure weighs as much as ten successes', () => {
  const tally = new TenantTally();
  for (let n = 0; n < 15; n++) tally.count('busy', true);
  tally.count('failing', false);
  tally.count('failing', false);
  tally.count('quiet', true);
  expect(tally.top(2)).toEqual([
    ['failing', { delivered: 0, failed: 2 }],
    ['busy', { delivered: 15, failed: 0 }],
  ]);
  expect(tally.top(0)).toEqual([]);
});

it('keeps counting who is not shown, and holds so many at most', () => {
  const tally = new TenantTally();
  for (let n = 0; n < 20_001; n++) tally.count(`t${n}`, true);
  const all = new Map(tally.top(30_000));
  expect(all.size).toBe(20_000);
  expect(all.has('t0')).toBe(false);
  tally.count('t1', true);
  expect(tally.top(1)).toEqual([['t1', { delivered: 2, failed: 0 }]]);
});
