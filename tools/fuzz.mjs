// `npm run fuzz -- [--requests N] [--seed N] [--json]`: hostile requests against a Posthorn of its own, made
// from its OpenAPI document, raw bytes at its HTTP parser, and broken records on `inbox`. Fails on a 5xx
// other than a problem+json 503, on a request without an answer, and when the process did not survive. The
// last line is JSON with --json.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { number } from './lib/numbers.mjs';
import { layout } from './lib/paths.mjs';
import { setUpBuild, setUpPackages } from './lib/setup.mjs';
import { createSteps } from './lib/steps.mjs';
import { openStores, requireStores } from './lib/stores.mjs';
import { clearDeadTestRuns, forgetTestRun, newTestRun } from './lib/test-runs.mjs';

await main(async () => {
  const options = /** @type {const} */ ({
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(1, 2 ** 31 - 2 ** 25)) },
    json: { type: 'boolean', default: false },
  });
  const { values } = parseArgs({ options });
  const requests = number('requests', values.requests, 1, 10_000_000);
  const seed = number('seed', values.seed, 0, 2 ** 31);
  const usual = layout();
  const at = newTestRun(usual);
  const steps = createSteps();
  try {
    await requireStores(at);
    await setUpPackages(at, steps);
    await clearDeadTestRuns(usual);
    await setUpBuild(at, steps);
    const { env } = await openStores({ at, steps, usualPorts: false });
    // Its packages may have come just now.
    const { runFuzz } = await import('./lib/fuzz-run.mjs');
    return await runFuzz({ at, steps, stores: env, requests, seed, json: values.json });
  } finally {
    await forgetTestRun(at);
  }
});
