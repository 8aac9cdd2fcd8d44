// What healthy receivers feel of bad ones: `npm run isolation -- [--short] [--rate n] [--seconds n] [--json]
// [--markdown] [--keep-logs]`. Ten runs of 25 s, with --short of 4 s.
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { number } from './lib/numbers.mjs';
import { runOnPrivateStores } from './lib/private-stores.mjs';

const RUNS = 10;
/** What start-up, preparing the runs and the end may take. */
const AROUND_MS = 8 * 60_000;

await main(async () => {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      'keep-logs': { type: 'boolean', default: false },
    },
  });
  const caseMs = number('seconds', values.seconds ?? (values.short ? '4' : '25'), 1, 3_600) * 1_000;
  const warmUpMs = values.short ? 2_000 : 5_000;
  return runOnPrivateStores('apps/e2e/dist/isolation/main.js', {
    rate: number('rate', values.rate, 20, 100_000),
    caseMs,
    warmUpMs,
    limitMs: RUNS * (caseMs + warmUpMs) + AROUND_MS,
    json: values.json,
    markdown: values.markdown,
    keepLogs: values['keep-logs'],
  });
});
