import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { repoRoot } from './paths.mjs';
import { UserError, which } from './require.mjs';

/** The first Node 24 with everything the product uses; package.json says the same in `engines`. */
const OLDEST = [24, 11, 1];
/** The one that package.json pins for Linux on x64. */
export const PINNED = '24.21.0';

const modulesBin = join(repoRoot, 'node_modules', '.bin');

/** @param {string} version */
export function isNewEnough(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  for (const [i, oldest] of OLDEST.entries()) if (parts[i] !== oldest) return (parts[i] ?? 0) > oldest;
  return true;
}

/** Whether npm can bring Node 24 along by itself. */
export const canPin = process.platform === 'linux' && process.arch === 'x64';

/** PATH as it is outside of npm scripts: the folder that npm puts in front is about to be replaced. */
export function systemPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => !folder.includes(`${join('node_modules', '.bin')}`)).join(delimiter);
}

/** @returns {boolean} whether the Node of this machine may run the product */
export function systemNodeIsNewEnough() {
  const bin = which('node', systemPath());
  if (!bin) return false;
  return isNewEnough(spawnSync(bin, ['--version'], { encoding: 'utf8' }).stdout.trim());
}

/** The Node that runs the product and its tests. */
export function productNode() {
  const pinned = join(repoRoot, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (isNewEnough(process.version)) return process.execPath;
  throw noNode();
}

export const noNode = () =>
  new UserError(
    `Posthorn runs on Node ${OLDEST.join('.')} or newer and this is ${process.version}; ` +
      'install Node 24 from https://nodejs.org (on Linux x64 npm brings it along by itself).',
  );

/** The environment for programs of node_modules: their folder first, so that they find the right Node. */
export function productEnv() {
  return { ...process.env, PATH: `${modulesBin}${delimiter}${systemPath()}` };
}
