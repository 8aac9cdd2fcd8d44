import { setTimeout as sleep } from 'node:timers/promises';
import { Ended, endedBy, throwIfEnding } from '../lib/ending.mjs';
import { installationKeys } from '../lib/keys.mjs';
import { withLock } from '../lib/lock.mjs';
import { PORTS, productSettings, runProduct } from '../lib/product.mjs';
import { UserError } from '../lib/require.mjs';
import { setUpBuild, setUpPackages } from '../lib/setup.mjs';
import { lockFile, openStores, requireStores } from '../lib/stores.mjs';
import { claimPort, otherUsers } from '../lib/users.mjs';

const readyWithinMs = 30_000;

/**
 * @typedef {object} Installation
 * @property {string} url
 * @property {string} adminKey
 * @property {string} brokers
 * @property {string} prefix    of topic names
 * @property {() => Promise<void>} close
 */

/**
 * The product that runs from the state folder; where none does, one that is started for the demo and
 * stopped with it. The data is the folder's either way, so what the demo made can be looked at afterwards.
 * @param {import('../lib/paths.mjs').Layout} at
 * @param {import('../lib/steps.mjs').Steps} steps
 * @returns {Promise<Installation>}
 */
export async function openInstallation(at, steps) {
  const running = otherUsers(at.stateDir).find(({ app, port }) => app === 'standalone' && port);
  if (!running) await requireStores(at);
  const packages = setUpPackages(at, steps);
  const built = running ? packages : packages.then(() => setUpBuild(at, steps));
  // A failure is reported where it is awaited, below.
  built.catch(() => {});
  const stores = await openStores({ at, steps, packages });
  try {
    await built;
    const { url, stop } = running
      ? await attach(/** @type {number} */ (running.port), steps)
      : await start(at, steps, stores.env);
    return {
      url,
      adminKey: process.env.POSTHORN_ADMIN_KEY || installationKeys(at.stateDir).adminKey,
      brokers: stores.env.KAFKA_BROKERS,
      prefix: process.env.POSTHORN_TOPIC_PREFIX || 'posthorn.',
      close: async () => {
        await stop();
        await stores.close();
      },
    };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

/** @param {number} port @param {import('../lib/steps.mjs').Steps} steps */
async function attach(port, steps) {
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + readyWithinMs;
  while (!(await isReady(url))) {
    throwIfEnding();
    if (performance.now() > deadline)
      throw new UserError(`Posthorn runs at ${url}, but is not ready; ${url}/health/ready says why.`);
    await sleep(100);
  }
  steps.say(`  ✓ Posthorn    the one that runs already, at ${url}`);
  return { url, stop: async () => {} };
}

/**
 * @param {import('../lib/paths.mjs').Layout} at
 * @param {import('../lib/steps.mjs').Steps} steps
 * @param {import('../lib/stores.mjs').StoreEnv} stores
 */
async function start(at, steps, stores) {
  const { stateDir } = at;
  const wanted = Number(process.env.POSTHORN_PORT) || PORTS.standalone;
  const port = await withLock(lockFile(at), () => claimPort(stateDir, wanted));
  const { settings } = productSettings({ app: 'standalone', stateDir, port, stores });
  // One line per attempt would drown the demo's own.
  const quiet = { POSTHORN_LOG_LEVEL: process.env.POSTHORN_LOG_LEVEL || 'error' };
  const url = `http://127.0.0.1:${port}`;
  return steps.run(
    'Posthorn',
    async () => {
      const product = await runProduct({
        app: 'standalone',
        dev: false,
        stateDir,
        port,
        settings: { ...settings, ...quiet },
      });
      const ended = product.ended.then((code) => {
        throw endedBy() ? new Ended() : new UserError(`Posthorn ended before it was ready (${code}).`);
      });
      await Promise.race([product.ready, ended]).catch(async (error) => {
        await product.stop();
        throw error;
      });
      return { url, stop: product.stop };
    },
    () => `started for the demo at ${url}`,
  );
}

/** @param {string} url */
async function isReady(url) {
  try {
    const { status, body } = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await body?.cancel();
    return status === 200;
  } catch {
    return false;
  }
}
