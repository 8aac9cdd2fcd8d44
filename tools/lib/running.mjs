import { readFileSync } from 'node:fs';
import { isRunning } from './processes.mjs';
import { otherUsers } from './users.mjs';

/** Variables that are settings of the product; what else an environment holds says nothing about it. */
const isSetting = (/** @type {string} */ name) => /^(POSTHORN_|KAFKA_BROKERS$|DATABASE_URL|OTEL_)/.test(name);
/** Whoever names others than the running product has means another installation. */
const STORES = ['KAFKA_BROKERS', 'DATABASE_URL'];
/** Of the launcher, or of one service among several. */
const OWN = ['POSTHORN_STATE_DIR', 'POSTHORN_PORT'];

/**
 * @typedef {Record<string, string | undefined>} Env
 * @typedef {{ name: string, env: Env }} Running
 * @typedef {{ env: Env, whose: string, ignored: string[] }} Subject
 */

/**
 * What `npm start` and `npm run start:<service>` run from a state folder, with the settings they were given;
 * nothing where a machine does not tell the environment of a process.
 * @param {string} stateDir
 * @returns {Running[]}
 */
export function runningProducts(stateDir) {
  return otherUsers(stateDir).flatMap(({ app, port, child }) => {
    const env = child && isRunning(child) ? environmentOf(child.pid) : undefined;
    return env ? [{ name: `${app} (port ${port}, process ${child?.pid})`, env }] : [];
  });
}

/**
 * Whose settings count: of what runs here, unless the environment names other stores.
 * @param {Env} given
 * @param {Running[]} running
 * @returns {Subject}
 */
export function subjectOf(given, running) {
  if (running.length === 0)
    return { env: given, whose: 'this environment; nothing runs from this folder', ignored: [] };
  /** @type {Env} */
  const theirs = Object.assign({}, ...running.map(({ env }) => env));
  if (STORES.some((name) => given[name] && given[name] !== theirs[name]))
    return {
      env: given,
      whose: 'this environment, which names other stores than what runs here',
      ignored: [],
    };
  const names = Object.keys({ ...given, ...theirs }).filter((name) => isSetting(name) && !OWN.includes(name));
  const others = Object.entries(given).filter(([name]) => !isSetting(name) || OWN.includes(name));
  return {
    env: { ...Object.fromEntries(others), ...Object.fromEntries(names.map((name) => [name, theirs[name]])) },
    whose: `${running.map(({ name }) => name).join(', ')}, as started from this folder`,
    ignored: names.filter((name) => given[name] && given[name] !== theirs[name]),
  };
}

/** As it was started. @param {number} pid @returns {Env | undefined} */
function environmentOf(pid) {
  if (process.platform !== 'linux') return undefined;
  try {
    const parts = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    return Object.fromEntries(
      parts.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
    );
  } catch {
    return undefined; // it ended, or is another user's
  }
}
