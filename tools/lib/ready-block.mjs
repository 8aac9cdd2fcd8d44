import { join, relative } from 'node:path';
import { remove, writeWhole } from './files.mjs';

/** By then the first log lines of a start are over. */
const REMIND_AFTER_MS = 10_000;

/**
 * What whoever started Posthorn needs of it; a file has it for as long as it runs. Where the log goes on
 * below it, it scrolls away: there a shorter one follows when the first log lines are over.
 * @typedef {object} Ready
 * @property {string} app
 * @property {string} url
 * @property {string} kafka
 * @property {string} stateDir
 * @property {string} took
 * @property {string} [log]            the file of the log lines, where they are not shown
 * @property {string} [adminKey]       shown, this once
 * @property {string} [adminKeyPlace]
 * @property {{ email: string, password: string }} [login]
 *
 * @param {Ready} ready
 */
export function readyLines(ready) {
  const { app, url, kafka, took, log, adminKey, adminKeyPlace, login } = ready;
  return [
    `\nPosthorn is ready at ${url} after ${took}`,
    `  Kafka         ${kafka}`,
    ...(adminKeyPlace ? [`  Operator key  ${adminKey ?? 'as before'}  (${adminKeyPlace})`] : []),
    ...(login ? [`  Log in        ${login.email}  ${login.password}`] : []),
    ...(app === 'standalone' ? ['  Try           npm run demo'] : []),
    ...(log ? [`  Log           tail -f ${shortened(log)}`] : []),
    `  Once more     cat ${shortened(fileOf(ready))}`,
    '  Stop          Ctrl-C; the data stays (npm run nuke forgets it)\n',
  ].join('\n');
}

/**
 * Without secrets: it says where they are.
 * @param {Ready} ready
 */
function reminder({ url, kafka, stateDir, adminKeyPlace, login }) {
  const password = shortened(join(stateDir, 'keys', 'portal-password'));
  return [
    `Posthorn runs at ${url}`,
    `  Kafka         ${kafka}`,
    ...(adminKeyPlace ? [`  Operator key  ${adminKeyPlace}`] : []),
    ...(login ? [`  Log in        ${login.email}, password kept in ${password}`] : []),
  ].join('\n');
}

/**
 * @param {Ready} ready
 * @param {(line: string) => void} say
 * @returns {() => void} to be called when it ends
 */
export function remind(ready, say) {
  const file = fileOf(ready);
  writeWhole(file, `${reminder(ready)}\n`, 0o600);
  const again = () => say(`\n${reminder(ready)}\n`);
  const timer = ready.log ? undefined : setTimeout(again, REMIND_AFTER_MS);
  return () => {
    clearTimeout(timer);
    remove(file);
  };
}

/** @param {Ready} ready */
const fileOf = ({ app, stateDir }) => join(stateDir, app === 'standalone' ? 'ready.txt' : `ready-${app}.txt`);

/** @param {string} path */
export function shortened(path) {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short || '.';
}
