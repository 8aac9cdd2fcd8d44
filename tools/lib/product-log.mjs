import { copyFileSync, existsSync, mkdirSync, renameSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText } from './files.mjs';
import { tail } from './processes.mjs';

/** Twice as much is kept at most, the part before beside it. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;
const LOOK_EVERY_MS = 10_000;

/**
 * Where the log lines go: a person at a terminal reads what the tool says, and the log beside it in a file.
 * In a pipe, and in watch mode, they stay on the standard output: whoever asked for that wants them.
 * @param {{ app: string, dev: boolean, stateDir: string }} start
 * @param {boolean} [isTerminal]
 */
export function logFileOf({ app, dev, stateDir }, isTerminal = process.stdout.isTTY === true) {
  return isTerminal && !dev ? join(stateDir, 'logs', `${app}.log`) : undefined;
}

/** Each start has a file of its own; that of the one before is kept beside it. @param {string} file */
export function beginLog(file) {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

/**
 * A run may last for months. The product goes on writing to the end of the same file, so that is emptied in
 * its place; what is written in the moment after the copy is lost.
 * @param {string} file
 */
export function boundLog(file, bytesMax = LOG_BYTES_MAX) {
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size <= bytesMax) return;
  try {
    copyFileSync(file, `${file}.1`);
  } finally {
    // Where the disk is full, room matters more than what was said.
    truncateSync(file);
  }
}

/** @param {string} file @returns {() => void} ends it */
export function keepLogBounded(file) {
  const look = () => {
    try {
      boundLog(file);
    } catch {
      // A log that could not be kept is no reason to end what writes it.
    }
  };
  const looks = setInterval(look, LOOK_EVERY_MS);
  return () => clearInterval(looks);
}

/** For the one who has to find out why it ended. @param {string} file */
export const lastOfLog = (file) => tail(readText(file) ?? '', 5);
