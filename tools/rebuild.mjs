// Makes a projection of delivery-log anew from the log, while the one in use goes on: `npm run rebuild --
// --projection deliveries`. On the Kafka and PostgreSQL that KAFKA_BROKERS and DATABASE_URL name, or on those
// of this checkout.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { productEnv, productNode } from './lib/node.mjs';
import { layout, repoRoot } from './lib/paths.mjs';
import { UserError } from './lib/require.mjs';
import { setUpBuild, setUpPackages } from './lib/setup.mjs';
import { createSteps } from './lib/steps.mjs';
import { openStores } from './lib/stores.mjs';

await main(async () => {
  const { values } = parseArgs({ options: { projection: { type: 'string' } } });
  if (values.projection !== 'deliveries')
    throw new UserError('Say what is to be made anew: --projection deliveries');
  const at = layout();
  const steps = createSteps();
  await setUpPackages(at, steps);
  await setUpBuild(at, steps);
  const { env, close } = await openStores({ at, steps });
  try {
    return await run({ ...productEnv(), ...env });
  } finally {
    await close();
  }
});

/** @param {Record<string, string | undefined>} env @returns {Promise<number>} */
function run(env) {
  return new Promise((resolve, reject) => {
    const program = join(repoRoot, 'apps/delivery-log/dist/rebuild/main.js');
    const child = spawn(productNode(), [program], { cwd: repoRoot, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
