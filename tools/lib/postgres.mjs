import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfEnding } from './ending.mjs';
import { readJson, readText, remove, writeJson, writeWhole } from './files.mjs';
import { repoRoot } from './paths.mjs';
import { freePort } from './ports.mjs';
import { prepareHost } from './postgres-host.mjs';
import { identify, isRunning, run, stop, tail } from './processes.mjs';
import { UserError } from './require.mjs';

const USUAL_PORT = 5432;
const READY_WITHIN_MS = 120_000;
const STOP_GRACE_MS = 15_000;
const START_ATTEMPTS = 20;
const DATABASE = 'posthorn';

/**
 * @typedef {import('./processes.mjs').ProcessId & { port: number, dataDir: string }} Running
 * @typedef {import('./postgres-host.mjs').Host} Host
 */

/** @param {string} stateDir */
const recordFile = (stateDir) => join(stateDir, 'postgres.json');
/** @param {string} stateDir */
const passwordFile = (stateDir) => join(stateDir, 'keys', 'postgres-password');

/**
 * Brings the PostgreSQL of this state folder up, or finds it running, with the database `posthorn` in it.
 * @param {{ stateDir: string, usualPort: boolean, step: import('./steps.mjs').Step }} options
 * @returns {Promise<{ url: string, port: number, reused: boolean }>}
 */
export async function startPostgres({ stateDir, usualPort, step }) {
  const record = recordFile(stateDir);
  const known = /** @type {Running | undefined} */ (readJson(record));
  if (known && isRunning(known)) {
    const url = urlOf(stateDir, known.port);
    await untilReady({ running: known, url, logFile: 'server.log' });
    await ensureDatabase(url);
    return { url, port: known.port, reused: true };
  }
  const host = prepareHost(stateDir);
  step.doing('starting the server');
  const dataDir = join(host.folder, 'data');
  await initOnce(host, dataDir, stateDir);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(...(usualPort ? [known?.port, USUAL_PORT] : []));
    const url = urlOf(stateDir, port);
    const logFile = join(host.folder, 'server.log');
    try {
      const running = launch({ host, dataDir, port, logFile });
      writeJson(record, running);
      await untilReady({ running, url, logFile });
      await ensureDatabase(url);
      return { url, port, reused: false };
    } catch (error) {
      if (attempt === START_ATTEMPTS || !mayPass(readText(logFile) ?? '')) throw error;
      await sleep(250);
    }
  }
}

/**
 * The children of a postmaster that was killed need a moment to notice, and a port can be lost between the
 * look and the bind.
 * @param {string} log
 */
const mayPass = (log) => /shared memory block .* is still in use|Address already in use/.test(log);

/** @param {Host} host @param {string} dataDir @param {string} stateDir */
async function initOnce(host, dataDir, stateDir) {
  if (existsSync(join(dataDir, 'PG_VERSION')) && !existsSync(join(host.folder, 'initialising'))) return;
  // A half-made folder of an earlier start that was interrupted holds nothing yet.
  remove(dataDir);
  writeWhole(join(host.folder, 'initialising'), '');
  if (!readText(passwordFile(stateDir)))
    writeWhole(passwordFile(stateDir), `${randomBytes(18).toString('base64url')}\n`, 0o600);
  const secret = join(host.folder, 'initial-password');
  writeWhole(secret, `${readText(passwordFile(stateDir))}\n`, 0o600);
  if (host.user.uid !== undefined && host.user.gid !== undefined)
    chownSync(secret, host.user.uid, host.user.gid);
  const args = ['-D', dataDir, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8'];
  // The collation comes with PostgreSQL, so that the data does not depend on the locales of this machine.
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  const { code, output } = await run(join(host.bin, 'initdb'), args, spawnOptions(host));
  remove(secret);
  if (code !== 0)
    throw new UserError(`PostgreSQL's data folder ${dataDir} could not be made:\n${tail(output)}`);
  remove(join(host.folder, 'initialising'));
}

/** @param {Host} host */
const spawnOptions = (host) => ({
  ...host.user,
  cwd: host.folder,
  env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
});

/**
 * @param {{ host: Host, dataDir: string, port: number, logFile: string }} options
 * @returns {Running}
 */
function launch({ host, dataDir, port, logFile }) {
  disownStalePid(dataDir);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_connections: 300,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(logFile, 'w');
  const child = spawn(join(host.bin, 'postgres'), ['-D', dataDir, ...flags], {
    ...spawnOptions(host),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => {}); // seen below: there is no such process then
  child.unref();
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (!id) throw new UserError(`PostgreSQL did not start; see ${logFile}.`);
  return { ...id, port, dataDir };
}

/**
 * PostgreSQL takes any process with the pid in `postmaster.pid` for a running server, also a zombie or one
 * that
 * got the number later. The caller knows by start time that the server of this folder is gone. The file
 * itself
 * stays, because it leads PostgreSQL to children of the old server that may still be writing; only its pid
 * becomes
 * ours, which PostgreSQL ignores as that of its parent.
 * @param {string} dataDir
 */
function disownStalePid(dataDir) {
  const file = join(dataDir, 'postmaster.pid');
  const [pid, ...rest] = (readText(file) ?? '').split('\n');
  if (!Number(pid)) return;
  const alive = identify(Number(pid)) !== undefined;
  if (!alive || !isPostgres(Number(pid))) writeFileSync(file, [process.pid, ...rest, ''].join('\n'));
}

/** @param {number} pid */
function isPostgres(pid) {
  return process.platform !== 'linux' || readText(`/proc/${pid}/comm`) === 'postgres';
}

/**
 * Ready means that the server on that port is the one of this folder and runs queries.
 * @param {{ running: Running, url: string, logFile: string }} options
 */
async function untilReady({ running, url, logFile }) {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    throwIfEnding();
    const found = await query(url.replace(/\/[^/]*$/, '/postgres'), 'SHOW data_directory').catch(
      (error) => error,
    );
    if (Array.isArray(found)) {
      if (found[0]?.data_directory === running.dataDir) return;
      throw new UserError(
        `Port ${running.port} belongs to another PostgreSQL (${found[0]?.data_directory}).`,
      );
    }
    if (!isRunning(running)) {
      throw new UserError(
        `PostgreSQL ended while it started; see ${logFile}:\n${tail(readText(logFile) ?? '', 6)}`,
      );
    }
    if (Date.now() > deadline)
      throw new UserError(`PostgreSQL was not ready in time (${found.message}); see ${logFile}.`);
    await sleep(50);
  }
}

/** @param {string} url */
async function ensureDatabase(url) {
  const admin = url.replace(/\/[^/]*$/, '/postgres');
  const found = await query(admin, `SELECT 1 FROM pg_database WHERE datname = '${DATABASE}'`);
  if (found.length === 0) await query(admin, `CREATE DATABASE ${DATABASE}`);
}

/**
 * @param {string} url
 * @param {string} sql
 * @returns {Promise<any[]>}
 */
export async function query(url, sql) {
  const pg = createRequire(join(repoRoot, 'package.json'))('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on('error', () => {}); // the pending query reports it
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** @param {string} stateDir @param {number} port */
const urlOf = (stateDir, port) =>
  `postgres://postgres:${readText(passwordFile(stateDir))}@127.0.0.1:${port}/${DATABASE}`;

/** @param {string} stateDir @returns {Promise<boolean>} whether there was one to stop */
export async function stopPostgres(stateDir) {
  const running = readJson(recordFile(stateDir));
  const was = isRunning(running);
  // SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, nothing committed is lost.
  await stop(running, { signal: 'SIGINT', graceMs: STOP_GRACE_MS });
  return was;
}
