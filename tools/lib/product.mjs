import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endedBy, onEnding } from './ending.mjs';
import { readJson } from './files.mjs';
import { installationKeys } from './keys.mjs';
import { productEnv, productNode } from './node.mjs';
import { repoRoot } from './paths.mjs';
import { identify, stopGroup } from './processes.mjs';
import { UserError } from './require.mjs';
import { PRODUCT_GRACE_MS, enter } from './users.mjs';

/**
 * Each service alone, so that all of them can run beside each other; `standalone` is all of them on one
 * port.
 */
export const PORTS = {
  standalone: 8400,
  'subscription-api': 8401,
  'event-ingest': 8402,
  'delivery-log': 8403,
  dispatcher: 8404,
  'retry-scheduler': 8405,
};

const READY_WITHIN_MS = 120_000;
const LOOPBACK = '127.0.0.0/8,::1/128';

/** @typedef {keyof typeof PORTS} App */

/**
 * The settings that the set-up tool makes up; what the user has set wins.
 * @param {{ app: App, stateDir: string, port: number, stores: Record<string, string> }} options
 */
export function productSettings({ app, stateDir, port, stores }) {
  const { keyRing, adminKey, adminKeyIsShown } = installationKeys(stateDir);
  const own = {
    POSTHORN_SECRET_KEYS: keyRing,
    POSTHORN_ADMIN_KEY: adminKey,
    POSTHORN_EGRESS_ALLOW: LOOPBACK,
    POSTHORN_EGRESS_HTTP: 'on',
    // Plain http on this machine: some browsers keep a Secure cookie of loopback for themselves.
    POSTHORN_COOKIE_SECURE: 'off',
    POSTHORN_DEV_RECEIVER: 'on',
    ...(app === 'standalone' ? { POSTHORN_DEMO: 'on' } : {}),
  };
  // An empty variable counts as not set, as in the product itself.
  const unset = Object.entries(own).filter(([name]) => !process.env[name]);
  const settings = {
    ...Object.fromEntries(unset),
    ...stores,
    POSTHORN_PORT: String(port),
    POSTHORN_STATE_DIR: stateDir,
  };
  const opened = [
    callsReceivers(app) && 'POSTHORN_EGRESS_HTTP' in settings && 'plain http (POSTHORN_EGRESS_HTTP)',
    callsReceivers(app) &&
      'POSTHORN_EGRESS_ALLOW' in settings &&
      'loopback addresses (POSTHORN_EGRESS_ALLOW)',
  ].filter((what) => typeof what === 'string');
  const hasDevReceiver = keepsKeys(app) && 'POSTHORN_DEV_RECEIVER' in settings;
  const newAdminKey = adminKeyIsShown || process.env.POSTHORN_ADMIN_KEY ? undefined : adminKey;
  return { settings, opened, hasDevReceiver, newAdminKey };
}

/** Deliveries and verifications. @param {App} app */
function callsReceivers(app) {
  return app === 'standalone' || app === 'dispatcher' || app === 'subscription-api';
}

/** Of the services, one keeps the keys; the others' starts say nothing of them. @param {App} app */
export function keepsKeys(app) {
  return app === 'standalone' || app === 'subscription-api';
}

/**
 * Runs the product as a process group of its own, so that the terminal's Ctrl-C reaches it once: through
 * here.
 * @param {object} options
 * @param {App} options.app
 * @param {boolean} options.dev
 * @param {string} options.stateDir
 * @param {number} options.port
 * @param {Record<string, string>} options.settings
 * @param {NodeJS.ProcessEnv} [options.env]  what it gets beside its settings
 * @param {string} [options.output]          a file for what it says, instead of the terminal
 * @param {string} [options.log]             one for its log lines alone: what it says beside them is shown
 * @returns {Promise<{ ready: Promise<void>, ended: Promise<number>, stop: () => Promise<void> }>}
 */
export async function runProduct({ app, dev, stateDir, port, settings, env = productEnv(), ...says }) {
  const { output, log } = says;
  const kept = output ?? log;
  const out = kept === undefined ? 'inherit' : openSync(kept, 'a', 0o600);
  const child = spawn(productNode(), [...nodeFlags, ...entry(app, dev)], {
    cwd: repoRoot,
    env: { ...env, ...settings },
    stdio: ['ignore', out, output === undefined ? 'inherit' : out],
    detached: true,
  });
  if (typeof out === 'number') closeSync(out);
  const id = child.pid === undefined ? undefined : identify(child.pid);
  enter(stateDir, { app, port, child: id });
  const ended = /** @type {Promise<number>} */ (
    new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? 'SIGKILL'] ?? 0)));
    })
  );
  const stopIt = () => stopGroup(id, { signal: 'SIGTERM', graceMs: PRODUCT_GRACE_MS });
  onEnding(() => void stopIt());
  return { ended, ready: untilReady(port, ended, kept), stop: stopIt };
}

/** @type {Record<string, number>} */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** The first of them are those of tests and bench, too. */
const nodeFlags = [
  .../** @type {string[]} */ (readJson(join(repoRoot, 'tools', 'node-flags.json'))),
  '--enable-source-maps',
];

/** @param {App} app @param {boolean} dev */
function entry(app, dev) {
  const file = join(repoRoot, 'apps', app, ...(dev ? ['src', 'main.ts'] : ['dist', 'main.js']));
  if (!existsSync(file)) throw new UserError(`There is no ${file}; the checkout or its build is incomplete.`);
  if (!dev) return [file];
  const hook = new URL('../swc-hook.mjs', import.meta.url).href;
  return ['--watch', '--watch-preserve-output', '--import', hook, '--conditions=@posthorn/source', file];
}

/** @param {number} port @param {Promise<number>} ended @param {string} [log] */
async function untilReady(port, ended, log = 'above') {
  let over = false;
  const note = () => void (over = true);
  ended.then(note, note);
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(port))) {
    if (over || endedBy()) return new Promise(() => {}); // the one who waits for the end reports it
    if (Date.now() > deadline) {
      throw new UserError(
        `Posthorn was not ready within ${READY_WITHIN_MS / 1000} s; its log (${log}) says why.`,
      );
    }
    await sleep(50);
  }
  return undefined;
}

/** @param {number} port */
async function isReady(port) {
  try {
    const { status, body } = await fetch(`http://127.0.0.1:${port}/health/ready`, {
      signal: AbortSignal.timeout(2_000),
    });
    await body?.cancel();
    return status === 200;
  } catch {
    return false;
  }
}
