import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { composeCommand, startDocker, stopDocker } from './docker.mjs';
import { readJson, remove, writeJson, writeWhole } from './files.mjs';
import { fetchJars, kafkaProblem, startKafka, stopKafka } from './kafka.mjs';
import { withLock } from './lock.mjs';
import { answers } from './ports.mjs';
import { nativeFolder, removeHost } from './postgres-host.mjs';
import { query, startPostgres, stopPostgres } from './postgres.mjs';
import { isRunning, ownProcess } from './processes.mjs';
import { UserError, noKafka, noPostgres } from './require.mjs';

/**
 * @typedef {import('./paths.mjs').Layout} Layout
 * @typedef {import('./steps.mjs').Steps} Steps
 * @typedef {{ KAFKA_BROKERS: string, DATABASE_URL: string }} StoreEnv
 * @typedef {{ at: Layout, steps: Steps, usualPorts?: boolean, packages?: Promise<unknown> }} Options
 */

/** @param {Layout} at */
const lockFile = (at) => join(at.stateDir, 'lock');
/** @param {Layout} at */
const usersFolder = (at) => join(at.stateDir, 'users');
/** @param {Layout} at */
const pinFile = (at) => join(at.stateDir, 'stores-stay');

/**
 * Brings Kafka and PostgreSQL up for this process. They stay up until the last launcher that uses them closes,
 * so two launchers share them and a launcher that was killed leaves them to the next one.
 * PostgreSQL's binaries come with the packages; Kafka need not wait for those.
 * @param {Options} options
 * @returns {Promise<{ env: StoreEnv, close: () => Promise<void> }>}
 */
export async function openStores({ at, steps, usualPorts = true, packages = Promise.resolve() }) {
  mkdirSync(at.stateDir, { recursive: true });
  const user = join(usersFolder(at), `${process.pid}.json`);
  const close = () => withLock(lockFile(at), () => leave(at, user));
  const waiting = () => steps.say('  … another launcher is setting up in this folder; waiting for it');
  return withLock(
    lockFile(at),
    async () => {
      writeJson(user, ownProcess());
      const results = await Promise.allSettled([
        kafka({ at, steps, usualPorts, packages }),
        packages.then(() => postgres({ at, steps, usualPorts, packages })),
      ]);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) {
        await leave(at, user);
        throw failed.reason;
      }
      const [brokers, url] = results.map((result) => (result.status === 'fulfilled' ? result.value : ''));
      return { env: { KAFKA_BROKERS: brokers, DATABASE_URL: url }, close };
    },
    waiting,
  );
}

/** Stores that were brought up by name stay up until they are brought down by name. @param {Layout} at */
export function pinStores(at) {
  writeWhole(pinFile(at), '');
}

/** @param {Options} options @returns {Promise<string>} */
async function kafka({ at, steps, usualPorts = true, packages }) {
  const given = process.env.KAFKA_BROKERS;
  if (given)
    return steps.run(
      'Kafka',
      () => checkBrokers(given),
      () => `yours at ${given}`,
    );
  const problem = kafkaProblem(at.cacheDir);
  if (problem)
    return inDocker({ at, steps, usualPorts, packages, service: 'kafka', missing: noKafka(problem) });
  const jars = await steps.run(
    'Kafka jars',
    (step) => fetchJars(at.cacheDir, step),
    () => 'there',
  );
  const { port } = await steps.run(
    'Kafka',
    (step) => startKafka({ stateDir: at.stateDir, jars, usualPort: usualPorts, step }),
    (result) => `${result.reused ? 'still running' : 'up'} on 127.0.0.1:${result.port}`,
  );
  return `127.0.0.1:${port}`;
}

/** @param {Options} options @returns {Promise<string>} */
async function postgres({ at, steps, usualPorts = true, packages }) {
  const given = process.env.DATABASE_URL;
  if (given)
    return steps.run(
      'PostgreSQL',
      () => checkDatabase(given),
      () => `yours at ${new URL(given).host}`,
    );
  if (!nativeFolder()) {
    const missing = noPostgres(`none is packaged for ${process.platform}-${process.arch}`);
    return inDocker({ at, steps, usualPorts, packages, service: 'postgres', missing });
  }
  const { url } = await steps.run(
    'PostgreSQL',
    (step) => startPostgres({ stateDir: at.stateDir, usualPort: usualPorts, step }),
    (result) => `${result.reused ? 'still running' : 'up'} on 127.0.0.1:${result.port}`,
  );
  return url;
}

/** @param {Options & { service: import('./docker.mjs').Service, missing: Error }} options @returns {Promise<string>} */
async function inDocker({ at, steps, usualPorts = true, packages, service, missing }) {
  const compose = await composeCommand();
  if (!compose) throw missing;
  await packages;
  const title = service === 'kafka' ? 'Kafka' : 'PostgreSQL';
  const { stateDir } = at;
  const { brokers, url } = await steps.run(
    title,
    (step) => startDocker({ stateDir, compose, services: [service], usualPort: usualPorts, step }),
    (result) => `up in Docker on ${service === 'kafka' ? result.brokers : new URL(result.url).host}`,
  );
  return service === 'kafka' ? brokers : url;
}

/** A broker with TLS or a password cannot be asked without it, so this looks at the address only. @param {string} brokers */
async function checkBrokers(brokers) {
  for (const broker of brokers.split(',')) {
    const [, host, port] = /^\s*\[?([^\]]+?)\]?:(\d+)\s*$/.exec(broker) ?? [];
    if (!host) throw new UserError(`KAFKA_BROKERS wants host:port, separated by commas; "${broker}" is not.`);
    if (await answers(Number(port), host, 5_000)) return brokers;
  }
  throw new UserError(
    `KAFKA_BROKERS is set, but nothing answers at ${brokers}; start it or unset the variable.`,
  );
}

/** @param {string} url */
async function checkDatabase(url) {
  if (!URL.canParse(url)) throw new UserError('DATABASE_URL wants postgres://user:password@host:5432/name.');
  await query(url, 'SELECT 1').catch((error) => {
    throw new UserError(
      `DATABASE_URL is set, but ${new URL(url).host} cannot be used: ${error.message || error.code}`,
    );
  });
  return url;
}

/** @param {Layout} at @param {string} user */
async function leave(at, user) {
  remove(user);
  if (existsSync(pinFile(at)) || otherUsers(at) > 0) return;
  await stopAll(at, { forget: false });
}

/** @param {Layout} at */
function otherUsers(at) {
  const files = listed(usersFolder(at)).map((name) => join(usersFolder(at), name));
  const dead = files.filter((file) => !isRunning(readJson(file)));
  dead.forEach(remove);
  return files.length - dead.length;
}

/** @param {string} folder */
function listed(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Stops what runs from this folder, whoever uses it; with `forget` the data goes too.
 * @param {Layout} at
 * @param {{ forget: boolean }} options
 * @returns {Promise<string[]>} the names of what was stopped
 */
export function closeStores(at, { forget }) {
  return withLock(lockFile(at), async () => {
    remove(pinFile(at));
    const stopped = await stopAll(at, { forget });
    if (forget) {
      removeHost(at.stateDir);
      for (const name of listed(at.stateDir)) if (!KEPT.includes(name)) remove(join(at.stateDir, name));
    }
    return stopped;
  });
}

/** What can be fetched or built again is not data; the lock goes with its holder. */
const KEPT = ['cache', 'build.lock', 'lock'];

/** @param {Layout} at @param {{ forget: boolean }} options */
async function stopAll({ stateDir }, { forget }) {
  const [broker, database, docker] = await Promise.all([
    stopKafka(stateDir),
    stopPostgres(stateDir),
    stopDocker(stateDir, { forget }),
  ]);
  return [broker && 'Kafka', database && 'PostgreSQL', docker && 'Docker'].filter(
    (name) => typeof name === 'string',
  );
}
