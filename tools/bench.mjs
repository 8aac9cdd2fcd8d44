// What a delivery costs: `npm run bench -- [--scenario name,name] [--scaling] [--runs n] [--short]
// [--standalone] [--json] [--markdown] [--keep-logs]`. Every service its own process, on a broker and a
// PostgreSQL of its own; the figures are medians of the runs. With --scaling: how the cost grows with
// subscriptions, tenants, payload and backlog (half an hour).
import { parseArgs } from 'node:util';
import { benchOptions, runBench } from './lib/bench.mjs';
import { main } from './lib/main.mjs';

await main(async () => runBench(parseArgs({ options: benchOptions }).values));
