// Compiles what changed into dist: `npm run build`.
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { setUpBuild, setUpPackages } from './lib/setup.mjs';
import { createSteps } from './lib/steps.mjs';

await main(async () => {
  const at = layout();
  const steps = createSteps();
  await setUpPackages(at, steps);
  await setUpBuild(at, steps);
  return 0;
});
