// Formats and repairs what can be repaired by machine: `npm run fix`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { main } from './lib/main.mjs';
import { productEnv, productNode } from './lib/node.mjs';
import { layout, repoRoot } from './lib/paths.mjs';
import { setUpPackages } from './lib/setup.mjs';
import { createSteps } from './lib/steps.mjs';

await main(async () => {
  await setUpPackages(layout(), createSteps());
  const tool = (/** @type {string} */ name, /** @type {string[]} */ ...args) => {
    const bin = join(repoRoot, 'node_modules', '.bin', name);
    return (
      spawnSync(productNode(), [bin, ...args], { cwd: repoRoot, env: productEnv(), stdio: 'inherit' })
        .status ?? 1
    );
  };
  // ESLint first: what it rewrites is formatted afterwards.
  const lint = tool('eslint', '--fix', '--max-warnings=0', 'apps', 'libs', 'examples', 'tools');
  const format = tool('prettier', '--write', '--log-level=warn', '.');
  return lint || format;
});
