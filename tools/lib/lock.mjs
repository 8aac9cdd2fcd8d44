import { linkSync, mkdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from './files.mjs';
import { isRunning, ownProcess } from './processes.mjs';

/** A break file is held for microseconds; one that is older belongs to a process that died right there. */
const BREAK_STALE_MS = 5_000;

/**
 * Runs `work` while no other launcher does so under the same lock. Waits as long as the holder lives; a
 * holder
 * that was killed is known by pid and start time.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called again and again while another one holds it; may throw to give up
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  while (!take(path)) {
    if (!isRunning(readJson(path))) breakStale(path);
    else {
      onWait?.();
      await sleep(100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * The file appears with its content or not at all, so nobody ever reads a lock without its holder.
 * @param {string} path
 */
function take(path) {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(ownProcess()));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(mine);
  }
}

/**
 * Only one process at a time may remove a dead holder's lock, or the second would remove the first one's
 * new lock.
 * @param {string} path
 */
function breakStale(path) {
  const breaking = `${path}.break`;
  if (!take(breaking)) {
    if (ageMs(breaking) > BREAK_STALE_MS) rmSync(breaking, { force: true });
    return;
  }
  try {
    if (!isRunning(readJson(path))) rmSync(path, { force: true });
  } finally {
    rmSync(breaking, { force: true });
  }
}

/** @param {string} path */
function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
