// Kafka and PostgreSQL alone: `node tools/stores.mjs up|down [--state-dir folder] [--print-env] [--forget]`.
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { createSteps } from './lib/steps.mjs';
import { closeStores, openStores, pinStores } from './lib/stores.mjs';
import { UserError } from './lib/require.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'state-dir': { type: 'string' },
      'print-env': { type: 'boolean', default: false },
      forget: { type: 'boolean', default: false },
    },
  });
  const at = layout({ stateDir: values['state-dir'] });
  // With --print-env the standard output is for the shell; the steps go beside it.
  const steps = createSteps({ write: (text) => void process.stderr.write(text) });
  if (positionals[0] === 'down') {
    const stopped = await closeStores(at, { forget: values.forget });
    steps.say(stopped.length > 0 ? `Stopped ${stopped.join(', ')}.` : 'Nothing was running.');
    return 0;
  }
  if (positionals[0] !== 'up')
    throw new UserError('Usage: node tools/stores.mjs up|down [--state-dir folder] [--print-env] [--forget]');
  const { env } = await openStores({ at, steps });
  pinStores(at);
  for (const [name, value] of Object.entries(env))
    if (values['print-env']) console.log(`export ${name}='${value}'`);
  return 0;
});
