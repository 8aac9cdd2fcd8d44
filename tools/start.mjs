// Sets up what is missing and runs Posthorn: `npm start`, `npm run dev`, `npm run start:<service>`.
import { parseArgs } from 'node:util';
import { readDotEnv } from './lib/dot-env.mjs';
import { endedBy } from './lib/ending.mjs';
import { adminKeyFile, adminKeyWasShown } from './lib/keys.mjs';
import { withLock } from './lib/lock.mjs';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { portalLogin } from './lib/portal-login.mjs';
import { answers } from './lib/ports.mjs';
import { beginLog, keepLogBounded, lastOfLog, logFileOf } from './lib/product-log.mjs';
import { readyLines, remind, shortened } from './lib/ready-block.mjs';
import { keepsKeys, PORTS, productSettings, runProduct } from './lib/product.mjs';
import { UserError } from './lib/require.mjs';
import { setUpBuild, setUpPackages } from './lib/setup.mjs';
import { createSteps, seconds } from './lib/steps.mjs';
import { lockFile, openStores, requireStores } from './lib/stores.mjs';
import { claimPort } from './lib/users.mjs';

/** @typedef {import('./lib/product.mjs').App} App */

await main(async () => {
  const began = performance.now();
  const { app, dev } = parseCommand();
  readDotEnv();
  const at = layout();
  const steps = createSteps();
  steps.say(`Posthorn ${app === 'standalone' ? '' : `${app} `}— setting up in ${shortened(at.stateDir)}`);
  await givenPort();
  await requireStores(at);
  const packages = setUpPackages(at, steps);
  const built = packages.then(() => setUpBuild(at, steps, { dev }));
  // A failure is reported where it is awaited, below.
  built.catch(() => {});
  const stores = await openStores({ at, steps, packages });
  try {
    await built;
    return await serve({ app, dev, at, steps, stores: stores.env, began });
  } finally {
    await stores.close();
    // Nobody is left to read it where the terminal was closed.
    if (endedBy() && endedBy() !== 'SIGHUP') steps.say('Posthorn has stopped; the data stays.');
  }
});

/**
 * @typedef {object} Start
 * @property {App} app
 * @property {boolean} dev
 * @property {import('./lib/paths.mjs').Layout} at
 * @property {import('./lib/steps.mjs').Steps} steps
 * @property {Record<string, string>} stores
 * @property {number} began
 *
 * @param {Start} start
 */
async function serve({ app, dev, at, steps, stores, began }) {
  const { stateDir } = at;
  const { port, settings, opened, hasDevReceiver, newAdminKey } = await withLock(lockFile(at), async () => {
    const chosen = await choosePort(app, at, steps);
    return { port: chosen, ...productSettings({ app, stateDir, port: chosen, stores }) };
  });
  if (opened.length > 0) steps.say(`  ✓ Receivers   may use ${opened.join(' and ')}`);
  if (hasDevReceiver)
    steps.say('  ✓ Receivers   one to try with is at /dev/receiver (POSTHORN_DEV_RECEIVER)');
  const log = logFileOf({ app, dev, stateDir });
  if (log) beginLog(log);
  const product = await runProduct({ app, dev, stateDir, port, settings, log });
  const letLogBe = log ? keepLogBounded(log) : () => {};
  let forget = () => {};
  try {
    const isUp = await Promise.race([product.ready.then(() => true), product.ended.then(() => false)]);
    if (isUp) {
      const took = seconds(performance.now() - began);
      const url = `http://127.0.0.1:${port}`;
      const keys = keepsKeys(app) ? await keysOf({ url, settings, stateDir, newAdminKey }) : {};
      const kafka = settings.KAFKA_BROKERS ?? '';
      const ready = { app, url, kafka, stateDir, took, log, ...keys };
      steps.say(readyLines(ready));
      forget = remind(ready, steps.say);
      if (newAdminKey && keepsKeys(app)) adminKeyWasShown(stateDir);
    }
    const code = await product.ended;
    const early = isUp ? '' : ' before it was ready';
    if (!endedBy()) {
      if (log) steps.say(`\n${lastOfLog(log)}\n  The whole log: ${shortened(log)}`);
      steps.say(`Posthorn ended by itself${early} (exit code ${code}).`);
    }
    return code;
  } finally {
    forget();
    await product.stop();
    letLogBe();
  }
}

/**
 * @param {{ url: string, settings: Record<string, string>, stateDir: string, newAdminKey?: string }} on
 */
async function keysOf({ url, settings, stateDir, newAdminKey }) {
  const adminKey = settings.POSTHORN_ADMIN_KEY ?? process.env.POSTHORN_ADMIN_KEY ?? '';
  const login = await portalLogin({ url, adminKey, stateDir });
  return { adminKey: newAdminKey, adminKeyPlace: adminKeyPlace(settings, stateDir), login };
}

/** @param {Record<string, string>} settings @param {string} stateDir */
function adminKeyPlace(settings, stateDir) {
  return settings.POSTHORN_ADMIN_KEY
    ? `kept in ${shortened(adminKeyFile(stateDir))}`
    : 'from POSTHORN_ADMIN_KEY';
}

/**
 * @param {App} app
 * @param {import('./lib/paths.mjs').Layout} at
 * @param {import('./lib/steps.mjs').Steps} steps
 */
async function choosePort(app, at, steps) {
  const given = await givenPort();
  if (given !== undefined) return given;
  const port = await claimPort(at.stateDir, PORTS[app]);
  if (port !== PORTS[app]) steps.say(`  ✓ Port        ${PORTS[app]} is taken; this one uses ${port}`);
  return port;
}

/** POSTHORN_PORT: asked for before anything is started, and again when it is needed. @throws {UserError} */
async function givenPort() {
  const set = process.env.POSTHORN_PORT;
  if (!set) return undefined;
  const port = Number(set);
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  if (!isPort) throw new UserError(`POSTHORN_PORT is no port: ${set}.`);
  if (await answers(port)) throw new UserError(`Port ${port} (POSTHORN_PORT) is taken.`);
  return port;
}

function parseCommand() {
  const { values } = parseArgs({
    options: { dev: { type: 'boolean', default: false }, service: { type: 'string', default: 'standalone' } },
  });
  if (!(values.service in PORTS)) {
    throw new UserError(
      `There is no service "${values.service}"; there are ${Object.keys(PORTS).join(', ')}.`,
    );
  }
  return { app: /** @type {App} */ (values.service), dev: values.dev };
}
