import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { number } from './numbers.mjs';
import { runOnPrivateStores } from './private-stores.mjs';

const MINUTE_MS = 60_000;
/** What start-up, settling, the comparison and the end may take beside the faults. */
const AROUND_MS = 6 * MINUTE_MS;

/**
 * @param {string[]} args  as `npm run chaos` takes them
 * @returns {Promise<number>} 0 where every promise was kept
 */
export function runChaos(args) {
  const { values } = parseArgs({
    args,
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
      rate: { type: 'string', default: '500' },
      minutes: { type: 'string' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      'keep-logs': { type: 'boolean', default: false },
    },
  });
  const faultsMs = number('minutes', values.minutes ?? (values.short ? '1' : '15'), 0.1, 600) * MINUTE_MS;
  return runOnPrivateStores('apps/e2e/dist/chaos/main.js', {
    seed: number('seed', values.seed, 0, 2 ** 31),
    rate: number('rate', values.rate, 1, 100_000),
    faultsMs,
    everyMs: values.short ? [2_500, 4_500] : [3_000, 10_000],
    limitMs: faultsMs + AROUND_MS,
    json: values.json,
    markdown: values.markdown,
    keepLogs: values['keep-logs'],
  });
}
