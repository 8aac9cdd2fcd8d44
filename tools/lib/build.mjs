import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { productEnv, productNode } from './node.mjs';
import { repoRoot } from './paths.mjs';
import { run, tail } from './processes.mjs';
import { UserError } from './require.mjs';

export const nx = join(repoRoot, 'node_modules', '.bin', 'nx');

/**
 * Compiles every project that changed; Nx keeps the rest, which takes it less than a second.
 * @param {import('./steps.mjs').Step} step
 */
export async function buildProjects(step) {
  if (!existsSync(join(repoRoot, 'apps', 'standalone', 'dist'))) step.doing('compiling');
  const args = [nx, 'run-many', '-t', 'build', '--outputStyle=static'];
  const { code, output } = await run(productNode(), args, { cwd: repoRoot, env: productEnv() });
  if (code !== 0) throw new UserError(`The build failed:\n${tail(output, 40)}`);
}
