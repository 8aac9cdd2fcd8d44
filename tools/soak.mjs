// Resident memory over time: `npm run soak -- [--minutes n] [--rate n] [--dead share] [--json]`. Thirty
// minutes at 500 events/s with 30 % dead receivers, unless said otherwise; a row every fifteenth of it.
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { runOnPrivateStores } from './lib/private-stores.mjs';
import { UserError } from './lib/require.mjs';

await main(async () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      rate: { type: 'string', default: '500' },
      dead: { type: 'string', default: '0.3' },
      json: { type: 'boolean', default: false },
    },
  });
  return runOnPrivateStores('apps/e2e/dist/soak/main.js', {
    minutes: number('minutes', values.minutes, 0.1, 600),
    rate: number('rate', values.rate, 1, 100_000),
    dead: number('dead', values.dead, 0, 1),
    json: values.json,
  });
});

/** @param {string} name @param {string} text @param {number} min @param {number} max */
function number(name, text, min, max) {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new UserError(`--${name} is a number from ${min} to ${max}; "${text}" is not.`);
}
