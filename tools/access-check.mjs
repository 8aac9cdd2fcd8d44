// The chart's rights are enough, and no more: `node tools/access-check.mjs`. Starts a broker with TLS, SCRAM
// and an authorizer, gives each service a user with the rights of deploy/helm/posthorn/files/access.json,
// runs the five services, and delivers. `npm run ops:check -- kafka-access` does it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allow, createTopics, may } from './access-check/rights.mjs';
import { startGuardedBroker } from './access-check/broker.mjs';
import { keyUsesAreTold } from './access-check/key-uses.mjs';
import { openLedger } from './compose-check/ledger.mjs';
import { readJson, readText } from './lib/files.mjs';
import { fetchJars } from './lib/kafka.mjs';
import { main } from './lib/main.mjs';
import { productEnv, productNode } from './lib/node.mjs';
import { layout, repoRoot } from './lib/paths.mjs';
import { freePort } from './lib/ports.mjs';
import { startPostgres } from './lib/postgres.mjs';
import { identify, stopGroup, tail } from './lib/processes.mjs';
import { requireStores } from './lib/stores.mjs';
import { setUpBuild, setUpPackages } from './lib/setup.mjs';
import { createSteps } from './lib/steps.mjs';
import { forgetTestRun, newTestRun } from './lib/test-runs.mjs';

const LIMIT_MS = 10 * 60_000;
const READY_WITHIN_MS = 120_000;
const EVENTS = 40;
const PUBLISHER = 'upstream';

const access = readJson(join(repoRoot, 'deploy', 'helm', 'posthorn', 'files', 'access.json'));
const services = Object.keys(access);

await main(async () => {
  const usual = layout();
  await requireStores(usual);
  const at = newTestRun(usual);
  const steps = createSteps();
  /** @type {(() => Promise<unknown>)[]} */
  const closing = [];
  try {
    await setUpPackages(at, steps);
    await setUpBuild(at, steps);
    const users = new Map([...services, PUBLISHER].map((name) => [name, randomBytes(12).toString('hex')]));
    const broker = await steps.run('Kafka', async (step) => {
      const jars = await fetchJars(usual.cacheDir, step);
      return startGuardedBroker({ folder: join(at.stateDir, 'guarded'), jars, users });
    });
    closing.push(broker.close);
    const { url } = await startPostgres({ stateDir: at.stateDir, usualPort: false, step: { doing() {} } });
    await createTopics(broker.plain);
    await allow(broker.plain, access, PUBLISHER);
    const adminKey = `ph_${randomBytes(24).toString('hex')}`;
    const common = { databaseUrl: url, adminKey, ring: `k1:${randomBytes(32).toString('base64')}` };
    const run = { stateDir: at.stateDir, broker, users, common, closing };
    const ports = await steps.run(
      'Services',
      () => startAll(run),
      () => 'each as a user of its own',
    );
    await steps.run(
      'Delivery',
      () => deliver(ports, adminKey),
      () => `${EVENTS} events accepted, delivered, logged`,
    );
    await steps.run(
      'Keys',
      () => tellKeyUses(ports, adminKey),
      () => 'uses at event-ingest and delivery-log are known to subscription-api',
    );
    await steps.run(
      'Refusals',
      () => refusals(broker, users),
      (count) => `${count} things nobody may do`,
    );
    return 0;
  } finally {
    await Promise.all(closing.reverse().map((close) => close()));
    await forgetTestRun(at);
  }
});

/**
 * @typedef {Awaited<ReturnType<typeof startGuardedBroker>>} Broker
 * @typedef {{ stateDir: string, broker: Broker, users: Map<string, string>,
 * common: { databaseUrl: string, adminKey: string, ring: string }, closing: (() => Promise<unknown>)[] }} Run
 *
 * @param {Run} run
 * @returns {Promise<Map<string, number>>} their ports
 */
async function startAll(run) {
  /** @type {Map<string, number>} */
  const ports = new Map();
  for (const name of services) ports.set(name, await freePort());
  await Promise.all(services.map((name) => start(run, name, ports.get(name) ?? 0)));
  return ports;
}

/** @param {Run} run @param {string} name @param {number} port */
async function start({ stateDir, broker, users, common, closing }, name, port) {
  const own = Object.entries(productEnv()).filter(([key]) => !key.startsWith('POSTHORN_'));
  const env = {
    ...Object.fromEntries(own),
    KAFKA_BROKERS: broker.guarded,
    POSTHORN_KAFKA_SSL: 'on',
    POSTHORN_KAFKA_CA_FILE: broker.caFile,
    POSTHORN_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    POSTHORN_KAFKA_SASL_USERNAME: name,
    POSTHORN_KAFKA_SASL_PASSWORD: users.get(name),
    POSTHORN_PARTITIONS: '4',
    POSTHORN_PORT: String(port),
    DATABASE_URL: common.databaseUrl,
    POSTHORN_ADMIN_KEY: common.adminKey,
    POSTHORN_SECRET_KEYS: common.ring,
    POSTHORN_EGRESS_HTTP: 'on',
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
  };
  const logs = join(stateDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `${name}.log`);
  const out = openSync(file, 'w');
  const args = ['--disable-warning=TimeoutNegativeWarning', join(repoRoot, 'apps', name, 'dist', 'main.js')];
  const child = spawn(productNode(), args, { env, stdio: ['ignore', out, out], detached: true });
  const id = child.pid === undefined ? undefined : identify(child.pid);
  closing.push(() => stopGroup(id, { signal: 'SIGTERM', graceMs: 15_000 }));
  for (const until = Date.now() + READY_WITHIN_MS; ; await sleep(200)) {
    const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => ({ status: 0 }));
    if (status === 200) return;
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`${name} did not get ready:\n${tail(readText(file) ?? '', 12)}`);
  }
}

/** @param {Map<string, number>} ports @param {string} adminKey */
function tellKeyUses(ports, adminKey) {
  const of = (/** @type {string} */ name) => `http://127.0.0.1:${ports.get(name)}`;
  const urls = { api: of('subscription-api'), ingest: of('event-ingest'), log: of('delivery-log') };
  return keyUsesAreTold(urls, adminKey, AbortSignal.timeout(LIMIT_MS));
}

/** @param {Map<string, number>} ports @param {string} adminKey */
async function deliver(ports, adminKey) {
  const of = (/** @type {string} */ name) => `http://127.0.0.1:${ports.get(name)}`;
  const deadline = AbortSignal.timeout(LIMIT_MS);
  const urls = { ingestUrl: of('event-ingest'), logUrl: of('delivery-log') };
  const ledger = await openLedger({
    url: of('subscription-api'),
    ...urls,
    adminKey,
    host: '127.0.0.1',
    deadline,
  });
  try {
    await ledger.publish(EVENTS);
    await ledger.allArrived();
    await ledger.allLogged();
  } finally {
    await ledger.close();
  }
}

/**
 * What each user could do with more rights than it has.
 * @param {Broker} broker
 * @param {Map<string, string>} users
 */
async function refusals(broker, users) {
  const ca = readFileSync(broker.caFile, 'utf8');
  const as = (/** @type {string} */ name) => ({
    ...{ broker: broker.guarded, ca, name, password: users.get(name) ?? '' },
    group: access[name]?.readers[0], // a group that it may use, and that nobody is in
  });
  if (!(await may(as(PUBLISHER), 'write', 'inbox.v1')))
    throw new Error('a publisher may not write to the inbox');
  /** @type {[string, 'read' | 'write', string][]} */
  const never = [
    [PUBLISHER, 'read', 'events.v1'],
    [PUBLISHER, 'write', 'events.v1'],
    ['event-ingest', 'read', 'attempts.v1'],
    ['event-ingest', 'write', 'cursors.v1'],
    ['retry-scheduler', 'write', 'events.v1'],
    ['dispatcher', 'write', 'events.v1'],
    ['delivery-log', 'write', 'cursors.v1'],
    [PUBLISHER, 'write', 'key-uses.v1'],
    ['dispatcher', 'write', 'key-uses.v1'],
    ['subscription-api', 'write', 'key-uses.v1'],
    ['delivery-log', 'read', 'key-uses.v1'],
    ['subscription-api', 'write', 'attempts.v1'],
    ['subscription-api', 'write', 'audit-notes.v1'],
    ['event-ingest', 'write', 'audit-notes.v1'],
    ['delivery-log', 'read', 'audit-notes.v1'],
  ];
  for (const [name, what, topic] of never)
    if (await may(as(name), what, topic)) throw new Error(`${name} may ${what} ${topic}`);
  return never.length;
}
