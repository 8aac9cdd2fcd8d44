import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

/**
 * A process that can be recognised again: pids are reused, a pid with its start time is not.
 * @typedef {{ pid: number, born: string }} ProcessId
 */

/** @param {number} pid @returns {ProcessId | undefined} */
export function identify(pid) {
  const born = bornAt(pid);
  return born === undefined ? undefined : { pid, born };
}

/** The running tool itself. @returns {ProcessId} */
export const ownProcess = () => ({ pid: process.pid, born: bornAt(process.pid) ?? '' });

/** @param {ProcessId | undefined} id */
export const isRunning = (id) => id !== undefined && bornAt(id.pid) === id.born;

/**
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process, or only its zombie
 */
function bornAt(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    if (process.platform !== 'linux') {
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
      );
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold spaces and brackets; the fields after its last ')' are regular.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    // Start times count from boot, so the boot is part of the name.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${boot}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

/**
 * Asks a process to end, waits, and insists after the grace time. Does nothing when it is gone already.
 * @param {ProcessId | undefined} id
 * @param {{ signal: NodeJS.Signals, graceMs: number }} how
 */
export async function stop(id, { signal, graceMs }) {
  if (!id) return;
  const deadline = Date.now() + graceMs;
  send(id, signal);
  while (isRunning(id)) {
    if (Date.now() > deadline) send(id, 'SIGKILL');
    await sleep(25);
  }
}

/** @param {ProcessId} id @param {NodeJS.Signals} signal */
export function send(id, signal) {
  try {
    if (isRunning(id)) process.kill(id.pid, signal);
  } catch {
    // it ended in between
  }
}

/**
 * As `stop`, for a process that leads a group of its own: what it has started does not outlive it.
 * @param {ProcessId | undefined} id
 * @param {{ signal: NodeJS.Signals, graceMs: number }} how
 */
export async function stopGroup(id, how) {
  if (!id || !isRunning(id)) return;
  await stop(id, how);
  try {
    process.kill(-id.pid, 'SIGKILL');
  } catch {
    // nobody is left in the group
  }
}

/** Children of short commands in progress; a signal to the tool ends them too. */
const active = new Set();

/** @param {NodeJS.Signals} signal */
export function stopCommands(signal) {
  for (const child of active) child.kill(signal);
}

/**
 * Runs a command to its end. Its output is kept and shown only when it fails, unless `stdio` says otherwise.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    active.add(child);
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) =>
      (output = (output + chunk.toString('utf8')).slice(-MAX_OUTPUT));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => {
      active.delete(child);
      reject(error);
    });
    child.on('close', (code, signal) => {
      active.delete(child);
      resolve({ code: code ?? (signal ? 128 : 1), output });
    });
  });
}

const MAX_OUTPUT = 20_000;

/** What a broker says besides that all is going well. @param {string} log */
export function complaints(log) {
  return log
    .split('\n')
    .filter((line) => !/\b(?:DEBUG|INFO)\b/.test(line))
    .join('\n');
}

/**
 * The last lines of a command's output, for the one who has to find out why it failed.
 * @param {string} text
 */
export function tail(text, lines = 12) {
  // Maven prints colours to a pipe, and lines that say nothing.
  const said = stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '' && line.trim() !== '[ERROR]');
  return said.slice(-lines).join('\n');
}
