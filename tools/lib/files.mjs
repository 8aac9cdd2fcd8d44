import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** @param {string} path @returns {any} undefined when it is absent or was cut short by a crash */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {unknown} value */
export function writeJson(path, value, mode = 0o644) {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/** A reader sees the old file or the new one, never half of it. @param {string} path @param {string} text */
export function writeWhole(path, text, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, path);
}

/** @param {string} path @returns {string | undefined} */
export function readText(path) {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Gives a finished folder its name, unless another process was faster; both have made the same.
 * @param {string} from
 * @param {string} to
 */
export function moveOnce(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    remove(from);
  }
}

/** @param {string} path */
export const remove = (path) => rmSync(path, { recursive: true, force: true, maxRetries: 3 });

/**
 * Whether something can be written there; what does not exist yet is judged by where it would be made.
 * @param {string} path
 */
export function isWritable(path) {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
