// How fast the delivery log answers, and drops a day: `npm run querybench -- [--rows n] [--json]`. Writes
// five million deliveries over thirty days, unless said otherwise, through the projection itself into a
// PostgreSQL of its own, then asks for every list and detail.
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { number } from './lib/numbers.mjs';
import { runOnPrivateStores } from './lib/private-stores.mjs';

await main(async () => {
  const { values } = parseArgs({
    options: { rows: { type: 'string', default: '5000000' }, json: { type: 'boolean', default: false } },
  });
  return runOnPrivateStores('apps/delivery-log/dist/querybench/main.js', {
    rows: number('rows', values.rows, 1_000, 100_000_000),
    json: values.json,
  });
});
