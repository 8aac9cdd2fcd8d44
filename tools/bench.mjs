// What a delivery costs: `npm run bench -- [--scenario name,name] [--scaling] [--runs n] [--short]
// [--standalone] [--json] [--markdown] [--keep-logs]`. Every service its own process, on a broker and a
// PostgreSQL of its own; the figures are medians of the runs. With --scaling: how the cost grows with
// subscriptions, tenants, payload and backlog (half an hour). With --telemetry: one scenario (kafka), without
// and with OTLP.
import { parseArgs } from 'node:util';
import { benchOptions, compareTelemetry, runBench } from './lib/bench.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  const { values } = parseArgs({ options: benchOptions });
  return values.telemetry ? compareTelemetry(values) : runBench(values);
});
