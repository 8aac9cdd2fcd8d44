// Posthorn under fire: `npm run chaos -- [--short] [--seed n] [--rate n] [--minutes n] [--json] [--markdown]
// [--keep-logs]`. Fifteen minutes of faults, with --short about two minutes in all.
import { runChaos } from './lib/chaos.mjs';
import { main } from './lib/main.mjs';

await main(() => runChaos(process.argv.slice(2)));
