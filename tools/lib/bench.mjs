import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  telemetry: { type: 'boolean', default: false },
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
 * @property {boolean} [telemetry]
 * @property {boolean} [json]
 * @property {boolean} [markdown]
 * @property {boolean} [keep-logs]
 */

/**
 * @param {Values} values
 * @param {{ profile?: string, limits?: boolean, otlp?: boolean, resultFile?: string }} more  whose profile is
 * taken; whether limits are measured; whether telemetry is sent; where the figures go
 */
export function runBench({ scenario, 'keep-logs': keepLogs, ...values }, more = {}) {
  const { limits = true, ...others } = more;
  const runs = number('runs', values.runs ?? '1', 1, RUNS_MAX);
  return runOnPrivateStores('apps/e2e/dist/bench/main.js', {
    ...values,
    scenarios: scenario?.split(','),
    scaling: !!values.scaling,
    runs,
    keepLogs,
    ...others,
    limits,
    limitMs: runs * (values.short ? SHORT_LIMIT_MS : LIMIT_MS),
  });
}

/** Rounds of each kind, in turn: what else the machine does meets both. */
const ROUNDS = 2;

/**
 * The same scenario without telemetry and with it (OTLP, 1 % of traces), in turn, each on stores of its own.
 * @param {Values} values
 */
export async function compareTelemetry(values) {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-telemetry-'));
  const scenario = values.scenario ?? 'kafka';
  /** @type {{ off: any[], on: any[] }} */
  const figures = { off: [], on: [] };
  try {
    for (let round = 0; round < 2 * ROUNDS; round++) {
      const otlp = round % 2 === 1;
      const resultFile = join(folder, `${round}.json`);
      const code = await runBench({ ...values, scenario }, { limits: false, otlp, resultFile });
      if (code !== 0) return code;
      figures[otlp ? 'on' : 'off'].push(JSON.parse(readFileSync(resultFile, 'utf8'))[scenario]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${scenario}: what telemetry costs (OTLP, 1 % of traces), best of ${ROUNDS} each`);
  for (const [name, better] of /** @type {const} */ ([
    ['deliveriesPerS', Math.max],
    ['cpuUsPerDelivery', Math.min],
  ])) {
    const [off, on] = [figures.off, figures.on].map((all) => better(...all.map((one) => one[name])));
    console.log(
      `  ${name}: ${off} without, ${on} with (${(((on ?? 0) / (off ?? 1) - 1) * 100).toFixed(1)} %)`,
    );
  }
  return 0;
}
