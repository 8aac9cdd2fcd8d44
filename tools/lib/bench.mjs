import { number } from './numbers.mjs';
import { runOnPrivateStores } from './private-stores.mjs';

const LIMIT_MS = 45 * 60_000;
const SHORT_LIMIT_MS = 10 * 60_000;
const RUNS_MAX = 20;

/** What `npm run bench` and `npm run profile` take. */
export const benchOptions = /** @type {const} */ ({
  scenario: { type: 'string' },
  runs: { type: 'string', default: '1' },
  scaling: { type: 'boolean', default: false },
  short: { type: 'boolean', default: false },
  standalone: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  markdown: { type: 'boolean', default: false },
  'keep-logs': { type: 'boolean', default: false },
});

/**
 * @typedef {object} Values
 * @property {string} [scenario]
 * @property {string} [runs]
 * @property {boolean} [scaling]
 * @property {boolean} [short]
 * @property {boolean} [standalone]
 * @property {boolean} [json]
 * @property {boolean} [markdown]
 * @property {boolean} [keep-logs]
 */

/**
 * @param {Values} values
 * @param {{ profile?: string, limits?: boolean }} more  whose profile is taken; whether limits are measured
 */
export function runBench({ scenario, 'keep-logs': keepLogs, ...values }, { profile, limits = true } = {}) {
  const runs = number('runs', values.runs ?? '1', 1, RUNS_MAX);
  return runOnPrivateStores('apps/e2e/dist/bench/main.js', {
    ...values,
    scenarios: scenario?.split(','),
    scaling: !!values.scaling,
    runs,
    keepLogs,
    profile,
    limits,
    limitMs: runs * (values.short ? SHORT_LIMIT_MS : LIMIT_MS),
  });
}
