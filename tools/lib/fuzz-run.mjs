import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { Ended, endedBy } from './ending.mjs';
import { readText } from './files.mjs';
import { fuzz } from './fuzz.mjs';
import { installationKeys } from './keys.mjs';
import { productEnv } from './node.mjs';
import { freePort } from './ports.mjs';
import { query } from './postgres.mjs';
import { runProduct } from './product.mjs';
import { UserError } from './require.mjs';

const wrongShown = 20;
const logShown = 4_000;

/**
 * Tries a Posthorn of its own, on a free port, with topics and a database that nobody else uses: the stores
 * may be anybody's.
 * @param {object} options
 * @param {import('./paths.mjs').Layout} options.at
 * @param {import('./steps.mjs').Steps} options.steps
 * @param {import('./stores.mjs').StoreEnv} options.stores
 * @param {number} options.requests
 * @param {number} options.seed
 * @param {boolean} [options.json]
 * @returns {Promise<number>} 0 where nothing was wrong
 */
export async function runFuzz({ at, steps, stores, requests, seed, json = false }) {
  const name = `fuzz_${process.pid}_${Date.now().toString(36)}`;
  const prefix = `${name}.`;
  const database = new URL(stores.DATABASE_URL);
  database.pathname = `/${name}`;
  const { keyRing, adminKey } = installationKeys(at.stateDir);
  const own = { ...stores, DATABASE_URL: database.href };
  await query(stores.DATABASE_URL, `CREATE DATABASE ${name}`);
  const began = performance.now();
  try {
    const { url, stop, output } = await startProduct(at, { ...own, ...settings(prefix, keyRing, adminKey) });
    try {
      const target = { url, adminKey, brokers: stores.KAFKA_BROKERS, prefix };
      const { wrong, ...counts } = await fuzz(target, { requests, seed });
      for (const line of wrong.slice(0, wrongShown)) console.log(line);
      if (wrong.length > 0) console.log((readText(output) ?? '').slice(-logShown));
      steps.say(`  seed ${seed}, ${Math.round((performance.now() - began) / 1_000)} s`);
      console.log(json ? JSON.stringify(counts) : counts);
      return wrong.length === 0 ? 0 : 1;
    } finally {
      await stop();
    }
  } finally {
    await query(stores.DATABASE_URL, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await deleteTopics(stores.KAFKA_BROKERS, prefix);
  }
}

/** @param {string} prefix @param {string} keyRing @param {string} adminKey */
function settings(prefix, keyRing, adminKey) {
  return {
    POSTHORN_TOPIC_PREFIX: prefix,
    POSTHORN_PARTITIONS: '4',
    POSTHORN_SECRET_KEYS: keyRing,
    POSTHORN_ADMIN_KEY: adminKey,
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
    POSTHORN_EGRESS_HTTP: 'on',
    // What is answered 429 tries nothing.
    POSTHORN_RATE_PER_ADDRESS: '0',
    POSTHORN_RATE_PER_KEY: '0',
    POSTHORN_LOG_LEVEL: 'error',
  };
}

/** @param {import('./paths.mjs').Layout} at @param {Record<string, string>} settingsOfIt */
async function startProduct({ stateDir }, settingsOfIt) {
  const port = await freePort();
  const output = join(stateDir, 'fuzz.log');
  const env = Object.fromEntries(
    Object.entries(productEnv()).filter(([key]) => !key.startsWith('POSTHORN_')),
  );
  const product = await runProduct({
    ...{ app: 'standalone', dev: false, stateDir, port, env, output },
    settings: { ...settingsOfIt, POSTHORN_PORT: String(port) },
  });
  const ended = product.ended.then((code) => {
    const why = `Posthorn ended before it was ready (${code}): ${(readText(output) ?? '').slice(-logShown)}`;
    throw endedBy() ? new Ended() : new UserError(why);
  });
  await Promise.race([product.ready, ended]).catch(async (error) => {
    await product.stop();
    throw error;
  });
  ended.catch(() => {}); // its requests find out
  return { url: `http://127.0.0.1:${port}`, stop: product.stop, output };
}

/** @param {string} brokers @param {string} prefix */
async function deleteTopics(brokers, prefix) {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  await admin.disconnect();
}
