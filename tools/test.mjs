// Everything CI runs: `npm test`, or one part of it: check, unit, it, e2e, ui, fuzz, bench, chaos. What
// follows the name goes to Jest, or to chaos.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runBench } from './lib/bench.mjs';
import { findBrowser, noBrowser } from './lib/browser.mjs';
import { runChaos } from './lib/chaos.mjs';
import { endedBy } from './lib/ending.mjs';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { privateStoresProblem } from './lib/private-stores.mjs';
import { UserError } from './lib/require.mjs';
import { setUpBuild, setUpPackages } from './lib/setup.mjs';
import { createSteps } from './lib/steps.mjs';
import { openStores, requireStores } from './lib/stores.mjs';
import { hasSpecs, jest, projects, script, tool } from './lib/suites.mjs';
import { clearDeadTestRuns, forgetTestRun, newTestRun } from './lib/test-runs.mjs';

const PARTS = ['check', 'unit', 'it', 'e2e', 'ui', 'fuzz', 'bench', 'chaos'];
const FUZZ_REQUESTS = 10_000;
/** The same requests in every run; `npm run fuzz` takes others each time. */
const FUZZ_SEED = 20_260_415;

await main(runTests);

async function runTests() {
  const { parts, args } = parseCommand(process.argv.slice(2));
  const total = { passed: 0, failed: 0 };
  /** @type {string[]} */
  const failures = [];
  const usual = layout();
  const at = newTestRun(usual);
  const steps = createSteps();
  /** @type {ReturnType<typeof openStores> | undefined} */
  let opened;
  const stores = async () => (await (opened ??= openStores({ at, steps, usualPorts: false }))).env;
  try {
    if (['it', 'e2e', 'ui', 'fuzz'].some((name) => parts.includes(name))) await requireStores(at);
    await setUpPackages(at, steps);
    await clearDeadTestRuns(usual);
    for (const part of PARTS.filter((name) => parts.includes(name))) {
      if (endedBy()) break;
      steps.say(`\n── ${part}`);
      const beganMs = performance.now();
      const { passed, failed, names } = await runPart(part, {
        at,
        steps,
        args,
        stores,
        isAlone: parts.length === 1,
      });
      steps.say(`── ${part} took ${Math.round((performance.now() - beganMs) / 1_000)} s`);
      total.passed += passed;
      total.failed += failed;
      if (failed > 0) failures.push(...(names?.length ? names : [part]));
    }
  } catch (error) {
    if (!endedBy()) console.error(error instanceof UserError ? `posthorn: ${error.message}` : error);
    total.failed += 1;
  }
  await forgetTestRun(at).catch((error) => {
    console.error(error);
    total.failed += 1;
  });
  // A run that was cut short has not passed.
  if (endedBy() && total.failed === 0) total.failed = 1;
  // Who sees the end alone, of a run of twenty minutes, sees what to look for.
  for (const name of failures) console.log(`failed: ${name}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/**
 * What a part needs beside its name.
 * @typedef {object} Context
 * @property {import('./lib/paths.mjs').Layout} at
 * @property {import('./lib/steps.mjs').Steps} steps
 * @property {string[]} args  for Jest
 * @property {() => Promise<Record<string, string>>} stores  brings Kafka and PostgreSQL up at the first call
 * @property {boolean} isAlone  no other part was asked for
 *
 * @param {string} part
 * @param {Context} context
 * @returns {Promise<import('./lib/suites.mjs').Counts>}
 */
async function runPart(part, { at, steps, args, stores, isAlone }) {
  const runDir = at.stateDir;
  if (part === 'check') return check();
  if (part === 'bench')
    return asOneTest(steps, () => runBench({ scenario: 'kafka', short: true }, { limits: false }));
  if (part === 'chaos') return asOneTest(steps, () => runChaos(['--short', ...args]));
  if (part === 'fuzz') return fuzzed({ at, steps, stores });
  if (part === 'unit') {
    const configs = projects.map((project) => `${project}/jest.config.mjs`);
    // Jest itself leaves one core out: on two that is half of them.
    return jest({ name: part, configs, args: ['--maxWorkers=100%', ...args], env: {}, runDir });
  }
  if (part === 'ui') return ui({ at, steps, args, stores, isAlone });
  const ends = part === 'e2e';
  const wanted = projects.filter(
    (project) => (project === 'apps/e2e') === ends && hasSpecs(project, /\.it\.spec\.ts$/),
  );
  const configs = wanted.map((project) => `${project}/jest.it.config.mjs`);
  if (configs.length === 0) return { passed: 0, failed: 0 };
  if (ends) await setUpBuild(at, steps);
  const env = { ...(await stores()), ...ownBroker(at) };
  const workers = `--maxWorkers=${ends ? 1 : 2}`;
  return jest({ name: part, configs, args: [workers, ...args], env, runDir });
}

/**
 * Where the data of a broker of ours lies, for who looks at it as a thief would.
 * @param {Context['at']} at
 */
function ownBroker({ stateDir }) {
  const data = join(stateDir, 'kafka', 'data');
  return existsSync(data) ? { TEST_KAFKA_DATA: data } : {};
}

/** @param {Pick<Context, 'at' | 'steps' | 'stores'>} context */
async function fuzzed({ at, steps, stores }) {
  await setUpBuild(at, steps);
  // Its packages may have come with this very run.
  const { runFuzz } = await import('./lib/fuzz-run.mjs');
  const env = /** @type {import('./lib/stores.mjs').StoreEnv} */ (await stores());
  const code = await runFuzz({ at, steps, stores: env, requests: FUZZ_REQUESTS, seed: FUZZ_SEED });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/**
 * In a real browser. Without one it says how to get it; who asked for this part alone is not served by that.
 * @param {Context} context
 */
async function ui({ at, steps, args, stores, isAlone }) {
  const browser = findBrowser();
  if (!browser && isAlone) throw new UserError(noBrowser);
  if (!browser) {
    steps.say(`not run: ${noBrowser}`);
    return { passed: 0, failed: 0 };
  }
  await setUpBuild(at, steps);
  const env = { ...(await stores()), UI_BROWSER: browser };
  const configs = ['apps/e2e/jest.ui.config.mjs'];
  return jest({ name: 'ui', configs, args: ['--maxWorkers=1', ...args], env, runDir: at.stateDir });
}

/** Each of these passes or fails as a whole. */
async function check() {
  const results = [
    await tool('prettier', '--check', '--log-level=warn', '.'),
    await tool('eslint', '--max-warnings=0', 'tools'),
    await tool('nx', 'run-many', '-t', 'lint', 'typecheck', '--outputStyle=static'),
    await script('tools/api-client.mjs', '--check'),
  ];
  return { passed: 0, failed: results.reduce((sum, { failed }) => sum + failed, 0) };
}

/**
 * Every promise was kept, and nothing lost, or not: one test. Stores in Docker are not ours to kill and to
 * measure: there it says so.
 * @param {import('./lib/steps.mjs').Steps} steps
 * @param {() => Promise<number>} run
 */
async function asOneTest(steps, run) {
  const problem = await privateStoresProblem();
  if (problem) {
    steps.say(`not run: it needs a broker and a PostgreSQL of its own, and ${problem}`);
    return { passed: 0, failed: 0 };
  }
  const code = await run();
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** @param {string[]} given */
function parseCommand([first, ...rest]) {
  if (first === undefined || first === 'all') return { parts: PARTS, args: rest };
  if (PARTS.includes(first)) return { parts: [first], args: rest };
  throw new UserError(`There is no part "${first}"; there are all, ${PARTS.join(', ')}.`);
}
