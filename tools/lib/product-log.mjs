import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText } from './files.mjs';
import { tail } from './processes.mjs';

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

/** For the one who has to find out why it ended. @param {string} file */
export const lastOfLog = (file) => tail(readText(file) ?? '', 5);
