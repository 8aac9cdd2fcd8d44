import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onEnding } from './ending.mjs';
import { readJson, writeJson } from './files.mjs';
import { fetchJars, kafkaProblem, startKafka } from './kafka.mjs';
import { productEnv, productNode } from './node.mjs';
import { layout, repoRoot } from './paths.mjs';
import { nativeFolder } from './postgres-host.mjs';
import { startPostgres } from './postgres.mjs';
import { freePort } from './ports.mjs';
import { identify, send, stop, stopGroup } from './processes.mjs';
import { UserError } from './require.mjs';
import { setUpBuild, setUpPackages } from './setup.mjs';
import { createSteps } from './steps.mjs';
import { openStores } from './stores.mjs';
import { childFile } from './suites.mjs';
import { clearDeadTestRuns, forgetTestRun, newTestRun } from './test-runs.mjs';

/** Below the ports of outgoing connections: one of those could take the port of a store that was killed. */
const FIRST_PORT = 21_000;
const PORTS = 10_000;
const GRACE_MS = 25_000;
/** No process is that one. */
const NEVER = { pid: 0, born: 'never' };

/**
 * Why this machine cannot run a broker and a PostgreSQL as processes of ours (it may have Docker instead).
 * @param {import('./paths.mjs').Layout} usual
 * @returns {Promise<string | undefined>}
 */
export async function privateStoresProblem(usual = layout()) {
  return kafkaProblem(usual.cacheDir) ?? (nativeFolder() ? undefined : await installed(usual));
}

/**
 * Runs a program of the checkout's build on a broker and a PostgreSQL of its own, which it may kill and
 * start again by asking for it, and forgets both at the end. Whatever the environment names stays untouched.
 * @param {string} program  below the checkout
 * @param {object} options  for the program, as JSON
 * @returns {Promise<number>} its exit code
 */
export async function runOnPrivateStores(program, options) {
  delete process.env.KAFKA_BROKERS;
  delete process.env.DATABASE_URL;
  const usual = layout();
  const problem = await privateStoresProblem(usual);
  if (problem)
    throw new UserError(`This kills and restarts a broker and a PostgreSQL of its own: ${problem}.`);
  const at = newTestRun(usual);
  const steps = createSteps();
  try {
    await setUpPackages(at, steps);
    await setUpBuild(at, steps);
    await clearDeadTestRuns(usual);
    const [kafka, controller, postgres, first] = await freePorts();
    // As if they had run before: both start where their last run was.
    writeJson(join(at.stateDir, 'kafka', 'running.json'), {
      ...NEVER,
      port: kafka,
      controllerPort: controller,
    });
    writeJson(join(at.stateDir, 'postgres.json'), { ...NEVER, port: postgres });
    const { env } = await openStores({ at, steps, usualPorts: true });
    const stores = {
      brokers: env.KAFKA_BROKERS,
      databaseUrl: env.DATABASE_URL,
      pids: { kafka: pidOf(recordOf(at, 'kafka')), postgres: pidOf(recordOf(at, 'postgres')) },
    };
    return await runProgram(at, program, { ...options, ...stores, firstPort: first });
  } finally {
    await forgetTestRun(at);
  }
}

/** @param {import('./paths.mjs').Layout} at @returns {Promise<string | undefined>} */
async function installed(at) {
  await setUpPackages(at, createSteps());
  return nativeFolder() ? undefined : 'no PostgreSQL is packaged for this platform';
}

/** Three for the stores, and the first of a row that the program gives to its services. */
async function freePorts() {
  const first = FIRST_PORT + (process.pid % (PORTS / 40)) * 40;
  const ports = [];
  for (let port = first; ports.length < 3; port++) if ((await freePort(port)) === port) ports.push(port);
  return [...ports, first + 20];
}

/**
 * @param {import('./paths.mjs').Layout} at
 * @param {string} program
 * @param {object} options
 * @returns {Promise<number>}
 */
function runProgram(at, program, options) {
  return new Promise((resolve, reject) => {
    const args = [
      '--disable-warning=TimeoutNegativeWarning',
      join(repoRoot, program),
      JSON.stringify(options),
    ];
    const env = Object.entries(productEnv()).filter(([name]) => !name.startsWith('POSTHORN_'));
    const child = spawn(productNode(), args, {
      cwd: repoRoot,
      env: Object.fromEntries(env),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true, // a group of its own, so that nothing it started outlives it
    });
    const id = child.pid === undefined ? undefined : identify(child.pid);
    writeJson(childFile(at.stateDir), id);
    child.on('message', (/** @type {Request} */ request) => {
      void obey(at, request).then(
        () => child.connected && child.send({ id: request.id }),
        (error) => child.connected && child.send({ id: request.id, error: String(error) }),
      );
    });
    const forget = onEnding(() => void stopGroup(id, { signal: 'SIGTERM', graceMs: GRACE_MS }));
    child.once('error', reject);
    child.once('exit', (code) => {
      forget();
      killGroup(child.pid);
      resolve(code ?? 1);
    });
  });
}

/** @param {number | undefined} pid */
function killGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody is left in it
  }
}

/** @typedef {{ id: number, what: 'kill' | 'start', store: 'kafka' | 'postgres' }} Request */

/**
 * What the set-up tool wrote of a store that runs.
 * @param {{ stateDir: string }} at
 * @param {Request['store']} store
 */
function recordOf({ stateDir }, store) {
  return join(stateDir, store === 'kafka' ? 'kafka/running.json' : 'postgres.json');
}

/** @param {string} record @returns {number} */
function pidOf(record) {
  return /** @type {{ pid: number }} */ (readJson(record)).pid;
}

/** @param {import('./paths.mjs').Layout} at @param {Request} request */
async function obey(at, { what, store }) {
  const { stateDir, cacheDir } = at;
  const record = recordOf(at, store);
  if (what === 'kill') return killWithChildren(readJson(record));
  const step = { doing: () => {} };
  const usualPort = true;
  const { port } = /** @type {{ port: number }} */ (readJson(record));
  const started =
    store === 'kafka'
      ? await startKafka({ stateDir, jars: await fetchJars(cacheDir, step), usualPort, step })
      : await startPostgres({ stateDir, usualPort, step });
  if (started.port !== port) throw new Error(`${store} lost its port ${port}`);
}

/** A postmaster's children outlive it for a while; a machine that crashes leaves none. @param {any} id */
async function killWithChildren(id) {
  if (!id) return;
  const children = childrenOf(id.pid).map((pid) => identify(pid));
  send(id, 'SIGKILL');
  for (const child of children) if (child) send(child, 'SIGKILL');
  await Promise.all([id, ...children].map((one) => stop(one, { signal: 'SIGKILL', graceMs: 5_000 })));
}

/** @param {number} parent @returns {number[]} */
function childrenOf(parent) {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === parent);
}

/** @param {number} pid */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // it ended in between
  }
}
