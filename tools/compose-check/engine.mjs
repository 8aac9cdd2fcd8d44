import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfEnding } from '../lib/ending.mjs';
import { readText, remove } from '../lib/files.mjs';
import { identify, isRunning, run, stop, tail } from '../lib/processes.mjs';
import { UserError, which } from '../lib/require.mjs';

const READY_WITHIN_MS = 60_000;
const STOP_GRACE_MS = 60_000;
const DEBIAN = 'apt-get install docker.io docker-compose debootstrap iptables';

/**
 * A Docker engine to try the composed stack on.
 * @typedef {object} Engine
 * @property {boolean} own   started here and with nothing in it, so that stand-ins may have official names
 * @property {(...args: string[]) => Promise<string>} docker   its output; throws when it fails
 * @property {(args: string[], env?: Record<string, string>) => Promise<string>} compose
 * @property {() => Promise<void>} close
 */

/**
 * The engine that runs on this machine; else one of our own, with its data in a folder of ours.
 * @param {string} folder
 * @returns {Promise<Engine>}
 */
export async function openEngine(folder) {
  const docker = await realDocker();
  if (await serves(docker, {})) return engineOf({ docker, env: {}, own: false, close: async () => {} });
  const dockerd = which('dockerd', `${process.env.PATH}:/usr/sbin:/sbin`);
  if (process.getuid?.() !== 0 || !dockerd)
    throw new UserError(`No Docker engine runs here, and none can be started: be root, and ${DEBIAN}.`);
  const sockets = mkdtempSync(join(tmpdir(), 'posthorn-docker-'));
  const host = `unix://${join(sockets, 'docker.sock')}`;
  const logFile = join(folder, 'dockerd.log');
  mkdirSync(folder, { recursive: true });
  const log = openSync(logFile, 'w');
  const places = ['--data-root', join(folder, 'data'), '--exec-root', join(sockets, 'exec')];
  const child = spawn(dockerd, [...places, '--pidfile', join(sockets, 'docker.pid'), '-H', host], {
    stdio: ['ignore', log, log],
    detached: true, // Ctrl-C reaches it through us, after the containers have stopped
  });
  const id = child.pid === undefined ? undefined : identify(child.pid);
  const close = async () => {
    await stop(id, { signal: 'SIGTERM', graceMs: STOP_GRACE_MS });
    remove(sockets);
  };
  const env = { DOCKER_HOST: host, DOCKER_BUILDKIT: '0', COMPOSE_DOCKER_CLI_BUILD: '0' };
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await serves(docker, env)); await sleep(200)) {
    if (id && isRunning(id) && Date.now() < deadline && !ending()) continue;
    await close();
    throwIfEnding();
    throw new UserError(`dockerd did not start:\n${tail(readText(logFile) ?? '')}`);
  }
  return engineOf({ docker, env, own: true, close });
}

function ending() {
  try {
    throwIfEnding();
    return false;
  } catch {
    return true;
  }
}

/** A machine may have several clients on its PATH; the packaged one fits the packaged engine. */
async function realDocker() {
  const docker = which('docker', '/usr/bin') ?? which('docker');
  if (!docker) throw new UserError(`Docker was not found: ${DEBIAN}.`);
  return docker;
}

/** @param {string} docker @param {Record<string, string>} env */
async function serves(docker, env) {
  const { code } = await run(docker, ['version'], { env: { ...process.env, ...env } });
  return code === 0;
}

/**
 * @param {{ docker: string, env: Record<string, string>, own: boolean, close: () => Promise<void> }} options
 * @returns {Promise<Engine>}
 */
async function engineOf({ docker, env, own, close }) {
  const given = { ...process.env, ...env };
  const v2 = (await run(docker, ['compose', 'version'], { env: given })).code === 0;
  const standalone = which('docker-compose');
  if (!v2 && !standalone) {
    await close();
    throw new UserError(`Neither docker compose nor docker-compose was found: ${DEBIAN}.`);
  }
  const [command, ...first] = v2 ? [docker, 'compose'] : [/** @type {string} */ (standalone)];
  return {
    own,
    docker: (...args) => succeed(docker, args, given),
    compose: (args, more) => succeed(command, [...first, ...args], { ...given, ...more }),
    close,
  };
}

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env */
async function succeed(command, args, env) {
  throwIfEnding();
  const { code, output } = await run(command, args, { env });
  throwIfEnding();
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (${code}):\n${tail(output, 40)}`);
  return output;
}
