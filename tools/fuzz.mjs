// `npm run fuzz -- [--requests N] [--seed N] [--json]`: hostile requests against a Posthorn of its own, made
// from its OpenAPI document, and broken records on `inbox`. Fails on a 5xx other than a problem+json 503, on
// a request without an answer, and when the process did not survive. The last line is JSON with --json.
import { parseArgs } from 'node:util';
import { newTestRun, forgetTestRun } from './lib/test-runs.mjs';
import { openInstallation } from './demo/installation.mjs';
import { fuzz } from './lib/fuzz.mjs';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { createSteps } from './lib/steps.mjs';

await main(async () => {
  const options = /** @type {const} */ ({
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
  });
  const { values } = parseArgs({ options });
  const at = newTestRun(layout());
  const installation = await openInstallation(at, createSteps());
  try {
    const seed = Number(values.seed ?? Date.now() % 2 ** 31);
    const { wrong, ...counts } = await fuzz(installation, { requests: Number(values.requests), seed });
    for (const line of wrong.slice(0, 20)) console.log(line);
    console.log(`seed ${seed}`);
    console.log(values.json ? JSON.stringify(counts) : counts);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await installation.close();
    await forgetTestRun(at);
  }
});
