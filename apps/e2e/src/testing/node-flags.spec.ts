import { execFileSync } from 'node:child_process';
import { nodeFlags } from './node-flags.js';

/** What of the objects that live for a moment lies in memory at most, in MiB. */
const youngest = `
  const { getHeapSpaceStatistics } = require('node:v8');
  const kept = new Array(100_000);
  let largest = 0;
  for (let i = 0; i < 2e6; i++) {
    kept[i % kept.length] = { i, text: [i] };
    if (i % 1e5 > 0) continue;
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    largest = Math.max(largest, young.space_size);
  }
  console.log(largest / 2 ** 20);`;

it('services start with little room for objects that live for a moment', () => {
  const [mib, unlimited] = [nodeFlags, []].map((flags) =>
    Number(execFileSync(process.execPath, [...flags, '-e', youngest], { encoding: 'utf8' })),
  );
  expect(mib).toBeLessThanOrEqual(16);
  expect(unlimited).toBeGreaterThan(16);
});
