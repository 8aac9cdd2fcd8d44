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
export const buildProjects = (step) => build(step, []);

/**
 * What runs from source needs the management UI alone.
 * @param {import('./steps.mjs').Step} step
 */
export const buildPortal = (step) => build(step, ['-p', '@posthorn/portal']);

/** @param {import('./steps.mjs').Step} step @param {string[]} only */
async function build(step, only) {
  if (!existsSync(join(repoRoot, 'apps', 'portal', 'dist'))) step.doing('compiling');
  const args = [nx, 'run-many', '-t', 'build', ...only, '--outputStyle=static'];
  const { code, output } = await run(productNode(), args, { cwd: repoRoot, env: productEnv() });
  if (code !== 0) throw new UserError(`The build failed:\n${tail(output, 40)}`);
}
