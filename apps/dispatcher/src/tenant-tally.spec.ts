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

it('what was long ago weighs little, and its counts stay', () => {
  let nowMs = 0;
  const tally = new TenantTally(() => nowMs);
  for (let n = 0; n < 1_000; n++) tally.count('was-busy', true);
  nowMs += 60 * 60_000;
  tally.top(1);
  for (let n = 0; n < 3; n++) tally.count('busy-now', true);
  expect(tally.top(1)).toEqual([['busy-now', { delivered: 3, failed: 0 }]]);
  for (let n = 0; n < 5; n++) tally.count('was-busy', true);
  expect(tally.top(1)).toEqual([['was-busy', { delivered: 1_005, failed: 0 }]]);
});

it('however often somebody looks, time fades the same', () => {
  let nowMs = 0;
  const tally = new TenantTally(() => nowMs);
  for (let n = 0; n < 7; n++) tally.count('early', true);
  for (; nowMs < 300_000; nowMs += 1_000) tally.top(1);
  for (let n = 0; n < 3; n++) tally.count('late', true);
  expect(tally.top(1)).toEqual([['early', { delivered: 7, failed: 0 }]]);
  tally.count('late', true);
  expect(tally.top(1)).toEqual([['late', { delivered: 4, failed: 0 }]]);
});

it('keeps counting who is not shown, and holds so many at most: who had the least of late makes room', () => {
  const tally = new TenantTally();
  tally.count('first', false);
  for (let n = 0; n < 20_000; n++) tally.count(`t${n}`, true);
  const all = new Map(tally.top(30_000));
  expect(all.size).toBe(18_001);
  expect(all.has('t0')).toBe(false);
  expect(all.get('first')).toEqual({ delivered: 0, failed: 1 });
  for (let n = 0; n < 10; n++) tally.count('t19999', true);
  expect(tally.top(1)).toEqual([['t19999', { delivered: 11, failed: 0 }]]);
});
