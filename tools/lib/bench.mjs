import { runOnPrivateStores } from './private-stores.mjs';

const LIMIT_MS = 45 * 60_000;
const SHORT_LIMIT_MS = 10 * 60_000;

/** What `npm run bench` and `npm run profile` take. */
export const benchOptions = /** @type {const} */ ({
  scenario: { type: 'string' },
  short: { type: 'boolean', default: false },
  standalone: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  markdown: { type: 'boolean', default: false },
  'keep-logs': { type: 'boolean', default: false },
});

/**
 * @typedef {{ scenario?: string, short?: boolean, standalone?: boolean, json?: boolean, markdown?: boolean,
 *   'keep-logs'?: boolean }} Values
 *
 * @param {Values} values
 * @param {{ profile?: string, limits?: boolean }} more  whose profile is taken; whether limits are measured
 */
export function runBench({ scenario, 'keep-logs': keepLogs, ...values }, { profile, limits = true } = {}) {
  return runOnPrivateStores('apps/e2e/dist/bench/main.js', {
    ...values,
    scenarios: scenario?.split(','),
    keepLogs,
    profile,
    limits,
    limitMs: values.short ? SHORT_LIMIT_MS : LIMIT_MS,
  });
}
