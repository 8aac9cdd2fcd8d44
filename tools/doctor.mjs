// Looks whether an installation has what Posthorn's promises need, and says what to do: `npm run doctor`.
// Judges the settings of what runs from this folder, as it was started; where nothing does, or the
// environment names other stores, or with `--environment`, those of the environment. `--json`: for programs;
// `--probe <url>` also calls a receiver as the dispatcher would. Changes nothing.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDotEnv } from './lib/dot-env.mjs';
import { onEnding } from './lib/ending.mjs';
import { readJson, readText } from './lib/files.mjs';
import { adminKeyFile } from './lib/keys.mjs';
import { main } from './lib/main.mjs';
import { productEnv, productNode } from './lib/node.mjs';
import { layout, repoRoot } from './lib/paths.mjs';
import { isRunning } from './lib/processes.mjs';
import { runningProducts, subjectOf } from './lib/running.mjs';
import { setUpBuild, setUpPackages } from './lib/setup.mjs';
import { createSteps } from './lib/steps.mjs';

await main(async () => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      environment: { type: 'boolean', default: false },
      probe: { type: 'string' },
    },
  });
  readDotEnv();
  const at = layout();
  // The standard output is for what was found.
  const steps = createSteps({ write: (text) => void process.stderr.write(text), quiet: values.json });
  await setUpPackages(at, steps);
  await setUpBuild(at, steps);
  const subject = values.environment
    ? { env: given(), whose: 'this environment, as asked for', ignored: [] }
    : subjectOf(given(), runningProducts(at.stateDir));
  const { whose, ignored } = subject;
  const env = { ...ofThisFolder(at.stateDir), ...defined(subject.env) };
  const program = join(repoRoot, 'tools', 'doctor', 'main.mjs');
  const options = JSON.stringify({ json: values.json, probe: values.probe, whose, ignored });
  const flags = ['--disable-warning=TimeoutNegativeWarning', program, options];
  const child = spawn(productNode(), flags, { cwd: repoRoot, env, stdio: ['ignore', 'inherit', 'inherit'] });
  onEnding(() => void child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
});

function given() {
  return defined(productEnv());
}

/**
 * An empty variable counts as not set, as in the product itself.
 * @param {Record<string, string | undefined>} env
 */
function defined(env) {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value));
}

/**
 * What the set-up tool started here, and the keys it made. As in the product, nothing of it wins over the
 * environment.
 * @param {string} stateDir
 * @returns {Record<string, string>}
 */
function ofThisFolder(stateDir) {
  const broker = readJson(join(stateDir, 'kafka', 'running.json'));
  const database = readJson(join(stateDir, 'postgres.json'));
  const password = readText(join(stateDir, 'keys', 'postgres-password'));
  const keyRing = readText(join(stateDir, 'keys', 'secret-keys'));
  const adminKey = readText(adminKeyFile(stateDir));
  return {
    ...(isRunning(broker) ? { KAFKA_BROKERS: `127.0.0.1:${broker.port}` } : {}),
    ...(isRunning(database) && password
      ? { DATABASE_URL: `postgres://postgres:${password}@127.0.0.1:${database.port}/posthorn` }
      : {}),
    ...(keyRing ? { POSTHORN_SECRET_KEYS: keyRing } : {}),
    ...(adminKey ? { POSTHORN_ADMIN_KEY: adminKey } : {}),
  };
}
