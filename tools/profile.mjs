// Where one service's time goes while it is measured: `npm run profile -- [--service dispatcher]` and what
// `npm run bench` takes; the scenario is `kafka` unless said otherwise.
import { parseArgs } from 'node:util';
import { benchOptions, runBench } from './lib/bench.mjs';
import { main } from './lib/main.mjs';
import { UserError } from './lib/require.mjs';

const services = ['dispatcher', 'event-ingest', 'delivery-log', 'retry-scheduler', 'subscription-api'];

await main(async () => {
  const { values } = parseArgs({ options: { ...benchOptions, service: { type: 'string' } } });
  const there = values.standalone ? ['standalone'] : services;
  const { service = there[0], scenario = 'kafka', ...others } = values;
  if (!there.includes(service))
    throw new UserError(`There is no service "${service}" here; there is ${there.join(', ')}.`);
  return runBench({ ...others, scenario }, { profile: service, limits: false });
});
