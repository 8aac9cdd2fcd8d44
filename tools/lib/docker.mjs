import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfEnding } from './ending.mjs';
import { readJson, remove, writeJson } from './files.mjs';
import { fetchMetadata, isReady } from './kafka-metadata.mjs';
import { repoRoot } from './paths.mjs';
import { freePort } from './ports.mjs';
import { query } from './postgres.mjs';
import { run, tail } from './processes.mjs';
import { UserError, which } from './require.mjs';

const READY_WITHIN_MS = 120_000;

/**
 * The stores that Docker runs for one state folder, with the ports and the password they were made with.
 * @typedef {{ project: string, kafkaPort: number, postgresPort: number, password: string }} Project
 * @typedef {'kafka' | 'postgres'} Service
 * @typedef {import('./steps.mjs').Step} Step
 */

/** @returns {Promise<string[] | undefined>} the compose command, when an engine runs that can use it */
export async function composeCommand() {
  const docker = which('docker');
  if (!docker) return undefined;
  const works = async (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
    (await run(command, args).catch(() => ({ code: 1 }))).code === 0;
  if (!(await works(docker, 'version', '--format', '{{.Server.Version}}'))) return undefined;
  if (await works(docker, 'compose', 'version')) return [docker, 'compose'];
  const standalone = which('docker-compose');
  return standalone ? [standalone] : undefined;
}

/** @param {string} stateDir */
const recordFile = (stateDir) => join(stateDir, 'docker.json');

/**
 * Brings one service of docker-compose.yml up. Its data lives in a volume of Docker's.
 * @param {{ stateDir: string, compose: string[], service: Service, usualPort: boolean, step: Step }} options
 * @returns {Promise<{ brokers: string, url: string }>}
 */
export async function startDocker({ stateDir, compose, service, usualPort, step }) {
  step.doing(`docker compose up ${service}`);
  const project = await inTurn(async () => {
    const found = await projectOf({ stateDir, compose, usualPort });
    const { code, output } = await command(compose, found, 'up', '-d', service);
    if (code !== 0) throw new UserError(`docker compose could not start ${service}:\n${tail(output)}`);
    return found;
  });
  const url = `postgres://postgres:${project.password}@127.0.0.1:${project.postgresPort}/posthorn`;
  const isUp = {
    kafka: async () => isReady(await fetchMetadata(project.kafkaPort)),
    postgres: () =>
      query(url, 'SELECT 1').then(
        () => true,
        () => false,
      ),
  };
  // docker-compose 1.29 has no --wait, and a health check says less than an answer on the published port.
  await until(service, isUp[service]);
  return { brokers: `127.0.0.1:${project.kafkaPort}`, url };
}

/** Both services share the project and its network, so only one is created at a time. */
let turn = Promise.resolve();

/** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
function inTurn(work) {
  const mine = turn.then(work);
  turn = mine.then(
    () => {},
    () => {},
  );
  return mine;
}

/**
 * @param {{ stateDir: string, compose: string[], usualPort: boolean }} options
 * @returns {Promise<Project>}
 */
async function projectOf({ stateDir, compose, usualPort }) {
  const known = /** @type {Project | undefined} */ (readJson(recordFile(stateDir)));
  if (known) {
    const { output } = await command(compose, known, 'ps', '-q');
    if (/^[0-9a-f]{12,}$/m.test(output)) return known; // its containers hold these ports, running or stopped
  }
  const project = {
    project: `posthorn-${createHash('sha256').update(stateDir).digest('hex').slice(0, 8)}`,
    kafkaPort: await freePort(...(usualPort ? [known?.kafkaPort, 9092] : [])),
    postgresPort: await freePort(...(usualPort ? [known?.postgresPort, 5432] : [])),
    password: known?.password ?? randomBytes(18).toString('base64url'),
  };
  writeJson(recordFile(stateDir), project, 0o600);
  return project;
}

/** @param {string[]} compose @param {Project} project @param {string[]} args */
function command([bin, ...first], { project, kafkaPort, postgresPort, password }, ...args) {
  const file = join(repoRoot, 'docker-compose.yml');
  const env = {
    ...process.env,
    POSTHORN_KAFKA_PORT: String(kafkaPort),
    POSTHORN_POSTGRES_PORT: String(postgresPort),
    POSTHORN_POSTGRES_PASSWORD: password,
  };
  return run(bin, [...first, '-p', project, '-f', file, ...args], { env, cwd: repoRoot });
}

/** @param {string} what @param {() => Promise<boolean>} isUp */
async function until(what, isUp) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isUp())) {
    throwIfEnding();
    if (Date.now() > deadline) {
      throw new UserError(
        `${what} in Docker was not ready within ${READY_WITHIN_MS / 1000} s; see docker compose logs.`,
      );
    }
    await sleep(200);
  }
}

/**
 * @param {string} stateDir
 * @param {{ forget: boolean }} options
 * @returns {Promise<boolean>} whether there was one to stop
 */
export async function stopDocker(stateDir, { forget }) {
  const project = /** @type {Project | undefined} */ (readJson(recordFile(stateDir)));
  if (!project) return false;
  const compose = await composeCommand();
  if (!compose) {
    if (forget)
      throw new UserError(`Docker is not running, so the volumes of ${project.project} cannot be removed.`);
    return false;
  }
  const { code, output } = await command(compose, project, ...(forget ? ['down', '-v'] : ['stop']));
  if (code !== 0) throw new UserError(`docker compose could not stop ${project.project}:\n${tail(output)}`);
  if (forget) remove(recordFile(stateDir));
  return true;
}
