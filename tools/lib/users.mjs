import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, remove, writeJson } from './files.mjs';
import { freePort } from './ports.mjs';
import { isRunning, ownProcess, stop, stopGroup } from './processes.mjs';

/**
 * Who uses the stores of a state folder: one file per launcher, with the product it started. A launcher
 * that was
 * killed is known by its start time, and what it left behind is cleared away by the next one.
 * @typedef {import('./processes.mjs').ProcessId} ProcessId
 * @typedef {ProcessId & { app?: string, port?: number, child?: ProcessId }} User
 */

export const PRODUCT_GRACE_MS = 15_000;

/** @param {string} stateDir */
const folder = (stateDir) => join(stateDir, 'users');
/** @param {string} stateDir */
const ownFile = (stateDir) => join(folder(stateDir), `${process.pid}.json`);

/**
 * Enters this launcher, or what has become known about its product.
 * @param {string} stateDir
 * @param {Partial<User>} [more]
 */
export function enter(stateDir, more = {}) {
  const known = /** @type {User | undefined} */ (readJson(ownFile(stateDir)));
  writeJson(ownFile(stateDir), { ...(isRunning(known) ? known : {}), ...ownProcess(), ...more });
}

/** @param {string} stateDir */
export const leaveUsers = (stateDir) => remove(ownFile(stateDir));

/** The other launchers that live. @param {string} stateDir @returns {User[]} */
export function otherUsers(stateDir) {
  return entries(stateDir)
    .map(({ user }) => user)
    .filter((user) => isRunning(user) && user.pid !== process.pid);
}

/**
 * Stops products whose launcher was killed.
 * @param {string} stateDir
 * @returns {Promise<string[]>} their names
 */
export async function clearDead(stateDir) {
  const dead = entries(stateDir).filter(({ user }) => !isRunning(user));
  const orphans = dead.filter(({ user }) => isRunning(user?.child));
  await Promise.all(
    orphans.map(({ user }) => stopGroup(user.child, { signal: 'SIGTERM', graceMs: PRODUCT_GRACE_MS })),
  );
  for (const { file } of dead) remove(file);
  return orphans.map(({ user }) => user.app ?? 'the product');
}

/**
 * Asks the other launchers to end, and waits for them.
 * @param {string} stateDir
 * @returns {Promise<string[]>} their products
 */
export async function endOthers(stateDir) {
  const others = otherUsers(stateDir);
  await Promise.all(others.map((user) => stop(user, { signal: 'SIGTERM', graceMs: PRODUCT_GRACE_MS * 3 })));
  const orphans = await clearDead(stateDir);
  return [...others.map(({ app }) => app ?? 'a launcher'), ...orphans];
}

/**
 * A port for the product that neither a process nor another launcher of this folder has taken. To be called
 * under
 * the folder's lock; the claim holds until the product itself listens.
 * @param {string} stateDir
 * @param {number} wanted
 */
export async function claimPort(stateDir, wanted) {
  const claimed = otherUsers(stateDir).map(({ port }) => port);
  let port = await freePort(...(claimed.includes(wanted) ? [] : [wanted]));
  while (claimed.includes(port)) port = await freePort();
  enter(stateDir, { port });
  return port;
}

/** @param {string} stateDir @returns {{ file: string, user: any }[]} */
function entries(stateDir) {
  let names;
  try {
    names = readdirSync(folder(stateDir));
  } catch {
    return [];
  }
  const files = names.filter((name) => /^\d+\.json$/.test(name)).map((name) => join(folder(stateDir), name));
  return files.map((file) => ({ file, user: readJson(file) }));
}
