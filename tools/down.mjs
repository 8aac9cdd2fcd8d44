// Stops what runs from the state folder; with --nuke its data goes too. Downloaded packages and jars stay.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { createSteps } from './lib/steps.mjs';
import { closeStores } from './lib/stores.mjs';
import { endOthers } from './lib/users.mjs';

await main(async () => {
  const { values } = parseArgs({ options: { nuke: { type: 'boolean', default: false } } });
  const at = layout();
  const steps = createSteps();
  const stopped = existsSync(at.stateDir)
    ? [...(await endOthers(at.stateDir)), ...(await closeStores(at, { forget: values.nuke }))]
    : [];
  steps.say(
    stopped.length > 0 ? `Stopped ${stopped.join(', ')}; nothing runs any more.` : 'Nothing was running.',
  );
  if (values.nuke) steps.say('The data is gone: events, subscriptions, keys.');
  return 0;
});
