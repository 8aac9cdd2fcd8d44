import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { composeCommand, startDocker, stopDocker } from './docker.mjs';
import { throwIfEnding } from './ending.mjs';
import { remove, writeWhole } from './files.mjs';
import { fetchJars, kafkaProblem, startKafka, stopKafka } from './kafka.mjs';
import { withLock } from './lock.mjs';
import { answers } from './ports.mjs';
import { nativeFolder, removeHost } from './postgres-host.mjs';
import { query, startPostgres, stopPostgres } from './postgres.mjs';
import { UserError, noKafka, noPostgres } from './require.mjs';
import { clearDead, enter, leaveUsers, otherUsers } from './users.mjs';

/**
 * @typedef {import('./paths.mjs').Layout} Layout
 * @typedef {import('./steps.mjs').Steps} Steps
 * @typedef {{ KAFKA_BROKERS: string, DATABASE_URL: string }} StoreEnv
 * @typedef {{ at: Layout, steps: Steps, usualPorts: boolean, packages: Promise<unknown> }} Options
 */

/** @param {Layout} at */
export const lockFile = (at) => join(at.stateDir, 'lock');
/** @param {Layout} at */
const pinFile = (at) => join(at.stateDir, 'stores-stay');

/**
 * Brings Kafka and PostgreSQL up for this process. They stay up until the last launcher that uses them
 * closes,
 * so two launchers share them and a launcher that was killed leaves them to the next one.
 * PostgreSQL's binaries come with the packages; Kafka need not wait for those.
 * @param {Pick<Options, 'at' | 'steps'> & Partial<Options>} options
 * @returns {Promise<{ env: StoreEnv, close: () => Promise<void> }>}
 */
export async function openStores({ at, steps, usualPorts = true, packages = Promise.resolve() }) {
  mkdirSync(at.stateDir, { recursive: true });
  const options = { at, steps, usualPorts, packages };
  return withLock(lockFile(at), () => openLocked(options), politeWait(steps));
}

/** @type {WeakSet<Steps>} */
const toldToWait = new WeakSet();

/**
 * What to do while another launcher is busy: say so once, and give up when asked to end.
 * @param {Steps} steps
 */
export function politeWait(steps) {
  return () => {
    throwIfEnding();
    if (!toldToWait.has(steps)) steps.say('  … another launcher is setting up; waiting for it');
    toldToWait.add(steps);
  };
}

/**
 * Says what is missing before anything is fetched: nobody should wait for packages to read that there is no
 * Java.
 * @param {Layout} at
 */
export async function requireStores(at) {
  const problem = process.env.KAFKA_BROKERS ? undefined : kafkaProblem(at.cacheDir);
  if (problem && !(await composeCommand())) throw noKafka(problem);
}

/** @param {Options} options */
async function openLocked(options) {
  const { at, steps, packages } = options;
  const orphans = await clearDead(at.stateDir);
  if (orphans.length > 0)
    steps.say(`  ✓ stopped ${orphans.join(', ')}, left over from a launcher that was killed`);
  enter(at.stateDir);
  const results = await Promise.allSettled([kafka(options), packages.then(() => postgres(options))]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await leave(at);
    throw failed.reason;
  }
  const [brokers, url] = results.map((result) => (result.status === 'fulfilled' ? result.value : ''));
  const close = () => withLock(lockFile(at), () => leave(at));
  return { env: { KAFKA_BROKERS: brokers, DATABASE_URL: url }, close };
}

/** Stores that were brought up by name stay up until they are brought down by name. @param {Layout} at */
export function pinStores(at) {
  writeWhole(pinFile(at), '');
}

/** @param {Options} options @returns {Promise<string>} */
async function kafka(options) {
  const { at, steps } = options;
  const given = process.env.KAFKA_BROKERS;
  if (given) {
    return steps.run(
      'Kafka',
      () => checkBrokers(given),
      () => `yours at ${given}`,
    );
  }
  const problem = kafkaProblem(at.cacheDir);
  if (problem) return inDocker({ ...options, service: 'kafka', missing: noKafka(problem) });
  const { port } = await steps.run(
    'Kafka',
    async (step) => {
      const jars = await fetchJars(at.cacheDir, step);
      throwIfEnding();
      return startKafka({ stateDir: at.stateDir, jars, usualPort: options.usualPorts, step });
    },
    (result) => `${result.reused ? 'still running' : 'up'} on 127.0.0.1:${result.port}`,
  );
  return `127.0.0.1:${port}`;
}

/** @param {Options} options @returns {Promise<string>} */
async function postgres(options) {
  const { at, steps } = options;
  const given = process.env.DATABASE_URL;
  if (given) {
    return steps.run(
      'PostgreSQL',
      () => checkDatabase(given),
      () => `yours at ${new URL(given).host}`,
    );
  }
  if (!nativeFolder()) {
    const missing = noPostgres(`none is packaged for ${process.platform}-${process.arch}`);
    return inDocker({ ...options, service: 'postgres', missing });
  }
  throwIfEnding();
  const { url } = await steps.run(
    'PostgreSQL',
    (step) => startPostgres({ stateDir: at.stateDir, usualPort: options.usualPorts, step }),
    (result) => `${result.reused ? 'still running' : 'up'} on 127.0.0.1:${result.port}`,
  );
  return url;
}

/**
 * @param {Options & { service: import('./docker.mjs').Service, missing: Error }} options
 * @returns {Promise<string>}
 */
async function inDocker({ at, steps, usualPorts, packages, service, missing }) {
  const compose = await composeCommand();
  if (!compose) throw missing;
  await packages;
  const ofKafka = service === 'kafka';
  const { brokers, url } = await steps.run(
    ofKafka ? 'Kafka' : 'PostgreSQL',
    (step) => startDocker({ stateDir: at.stateDir, compose, service, usualPort: usualPorts, step }),
    (result) => `up in Docker on ${ofKafka ? result.brokers : new URL(result.url).host}`,
  );
  return ofKafka ? brokers : url;
}

/**
 * A broker with TLS or a password cannot be asked without it, so this looks at the address only.
 * @param {string} brokers
 */
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
    const why = error.message || error.code;
    throw new UserError(`DATABASE_URL is set, but ${new URL(url).host} cannot be used: ${why}`);
  });
  return url;
}

/** @param {Layout} at */
async function leave(at) {
  leaveUsers(at.stateDir);
  if (existsSync(pinFile(at)) || otherUsers(at.stateDir).length > 0) return;
  await stopAll(at, { forget: false });
}

/**
 * Stops the stores of this folder, whoever uses them; with `forget` the data goes too.
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
      const names = readdirSync(at.stateDir).filter((name) => !KEPT.includes(name));
      for (const name of names) remove(join(at.stateDir, name));
    }
    return stopped;
  });
}

/**
 * What can be fetched or built again is not data, a lock goes with its holder, a test run clears up after
 * itself.
 */
const KEPT = ['cache', 'tests', 'checkout.lock', 'lock'];

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
