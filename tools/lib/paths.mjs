import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this tool belongs to. */
export const repoRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * @typedef {object} Layout
 * @property {string} stateDir  data, keys and records of what runs; `nuke` forgets it
 * @property {string} cacheDir  downloaded jars and the like; can be fetched again, so `nuke` keeps it
 * @property {string} repoDir   locks and stamps of the checkout itself (packages, build)
 */

/**
 * Everything lives in one ignored folder; a test run has a state folder of its own and shares only the cache.
 * @param {{ stateDir?: string }} [options]
 * @returns {Layout}
 */
export function layout({ stateDir } = {}) {
  const repoDir = join(repoRoot, '.posthorn');
  const usual = absolute(process.env.POSTHORN_STATE_DIR || repoDir);
  return { stateDir: stateDir ? absolute(stateDir) : usual, cacheDir: join(usual, 'cache'), repoDir };
}

/** @param {string} path */
function absolute(path) {
  return resolve(repoRoot, path.replace(/^~(?=\/|$)/, homedir()));
}
