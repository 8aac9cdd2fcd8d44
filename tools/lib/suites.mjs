import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { onEnding } from './ending.mjs';
import { readJson, writeJson } from './files.mjs';
import { productEnv, productNode } from './node.mjs';
import { repoRoot } from './paths.mjs';
import { identify, isRunning } from './processes.mjs';

/**
 * What a part of the tests came to, and which of them failed where that is known.
 * @typedef {{ passed: number, failed: number, names?: string[] }} Counts
 */

/** A part that takes longer hangs, and somebody should hear of it. */
const LIMIT_MS = 30 * 60_000;
/** From the request to end until the whole group is killed. */
const GRACE_MS = 8_000;

/** Every project folder, as package.json's workspaces name them. */
export const projects = ['libs', 'apps', 'examples'].flatMap((kind) =>
  readdirSync(join(repoRoot, kind))
    .filter((name) => existsSync(join(repoRoot, kind, name, 'package.json')))
    .map((name) => `${kind}/${name}`)
    .sort(),
);

/** @param {string} project @param {RegExp} pattern */
export function hasSpecs(project, pattern) {
  const folder = join(repoRoot, project, 'src');
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => pattern.test(String(name)))
  );
}

/**
 * One run of Jest over several projects; its own report says how many tests passed.
 * @param {object} options
 * @param {string} options.name
 * @param {string[]} options.configs
 * @param {string[]} options.args
 * @param {Record<string, string>} options.env
 * @param {string} options.runDir
 * @returns {Promise<Counts>}
 */
export async function jest({ name, configs, args, env, runDir }) {
  if (configs.length === 0) return { passed: 0, failed: 0 };
  const report = join(runDir, `${name}.json`);
  const flags = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
  ];
  const bin = join(repoRoot, 'node_modules', 'jest', 'bin', 'jest.js');
  const watch = args.some((arg) => arg.startsWith('--watch'));
  const json = watch ? [] : ['--json', `--outputFile=${report}`];
  const all = [...flags, bin, ...args, ...json, '--passWithNoTests', '--projects', ...configs];
  const code = await stream(productNode(), all, { env, runDir, interactive: watch });
  return counts(readJson(report), code);
}

/**
 * A file that could not even be loaded holds no failed test, and a run that died has no report: both count
 * as one.
 * @param {any} report
 * @param {number} code
 * @returns {Counts}
 */
export function counts(report, code) {
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed, names: failedOf(report) };
}

/** @param {any} report */
function failedOf(report) {
  /** @type {any[]} */
  const files = report?.testResults ?? [];
  return files
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, assertionResults }) => {
      const file = relative(repoRoot, name);
      /** @type {any[]} */
      const failed = assertionResults.filter((/** @type {any} */ each) => each.status === 'failed');
      return failed.length === 0 ? [file] : failed.map(({ fullName }) => `${file}: ${fullName}`);
    });
}

/**
 * A tool of node_modules that passes or fails as a whole.
 * @param {string} bin
 * @param {string[]} args
 * @returns {Promise<Counts>}
 */
export async function tool(bin, ...args) {
  const path = join(repoRoot, 'node_modules', '.bin', bin);
  const code = await stream(productNode(), [path, ...args]);
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}

/**
 * A script of this repository, the same way.
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<Counts>}
 */
export async function script(file, ...args) {
  const code = await stream(productNode(), [join(repoRoot, file), ...args]);
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}

/**
 * Runs a command with its output on the terminal. Whatever it has started ends with it: it gets a process
 * group of
 * its own, which is also why the terminal's Ctrl-C comes through here. Only a watcher keeps the keyboard.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, runDir?: string, interactive?: boolean }} options
 * @returns {Promise<number>}
 */
function stream(command, args, { env = {}, runDir, interactive = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: repoRoot,
      env: { ...testEnv(), ...env },
      stdio: [interactive ? 'inherit' : 'ignore', 'inherit', 'inherit'],
      detached: !interactive,
    });
    const id = child.pid === undefined ? undefined : identify(child.pid);
    if (runDir) writeJson(childFile(runDir), id);
    const group = (/** @type {NodeJS.Signals} */ signal) => {
      try {
        if (child.pid) process.kill(interactive ? child.pid : -child.pid, signal);
      } catch {
        // nobody is left in the group
      }
    };
    const end = () => {
      if (isRunning(id)) group('SIGTERM');
      setTimeout(() => group('SIGKILL'), GRACE_MS).unref();
    };
    const limit = interactive ? undefined : setTimeout(end, LIMIT_MS);
    const forget = onEnding(end);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(limit);
      forget();
      group('SIGKILL'); // a worker or a product that a failed test left behind
      resolve(code ?? 1);
    });
  });
}

/** What a run is busy with, so that the next one can end it if this one is killed. @param {string} runDir */
export const childFile = (runDir) => join(runDir, 'child.json');

/** The product's settings in somebody's shell are not those of the tests. */
function testEnv() {
  const isOurs = /** @param {string} name */ (name) => /^POSTHORN_(?!(SIM|E2E)_)/.test(name);
  const own = Object.entries(productEnv()).filter(([name]) => !isOurs(name));
  return Object.fromEntries(own);
}
