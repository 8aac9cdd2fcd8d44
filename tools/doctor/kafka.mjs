import { allTopics, partitionsFor } from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import { kafkaSettings } from '@posthorn/runtime';
import { apiVersions, isFour } from './kafka-version.mjs';
import { topicFindings } from './topics.mjs';

/** @typedef {import('./main.mjs').Finding} Finding */

const LIMIT_MS = 15_000;
const TOPIC = 2;

/**
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<Finding[]>}
 */
export async function kafkaFindings({ common }) {
  if (!common) return [{ check: 'kafka', status: 'unknown', says: 'its settings are wrong' }];
  let way;
  try {
    way = kafkaSettings(common, 'posthorn-doctor');
  } catch (error) {
    const says = /** @type {Error} */ (error).message;
    return [{ check: 'kafka.connection', status: 'fail', says, todo: 'mount the file, or correct its path' }];
  }
  const connection = new KafkaConnection(way, () => {});
  const admin = connection.newClient({ retry: { retries: 1 }, requestTimeoutMs: 5_000, quiet: true }).admin();
  try {
    return await within(LIMIT_MS, look(admin, common, way));
  } catch (error) {
    return [unreachable(/** @type {Error} */ (error), common.kafkaBrokers)];
  } finally {
    await admin.disconnect().catch(() => {});
    await connection.close();
  }
}

/**
 * @param {import('kafkajs').Admin} admin
 * @param {NonNullable<import('./settings.mjs').Settings['common']>} common
 * @param {import('@posthorn/messaging').KafkaSettings} way
 * @returns {Promise<Finding[]>}
 */
async function look(admin, common, way) {
  await admin.connect();
  const { brokers, controller } = await admin.describeCluster();
  const protection = [way.ssl ? 'TLS' : 'no TLS', way.sasl ? `SASL ${way.sasl.mechanism}` : 'no SASL'].join(
    ', ',
  );
  const names = brokers.map(({ host, port }) => `${host}:${port}`).join(', ');
  return [
    { check: 'kafka.connection', status: 'ok', says: `${brokers.length} broker(s): ${names}; ${protection}` },
    controller === null
      ? {
          check: 'kafka.controller',
          status: 'fail',
          says: 'there is no controller: nothing can be created, no leader elected',
          todo: 'look at the controllers: a majority of them has to run',
        }
      : { check: 'kafka.controller', status: 'ok', says: `node ${controller}` },
    await version(common.kafkaBrokers[0] ?? '', way),
    replication(brokers.length, common.replicationFactor),
    ...(await topics(admin, common)),
  ];
}

/**
 * @param {string} broker
 * @param {import('@posthorn/messaging').KafkaSettings} way
 * @returns {Promise<Finding>}
 */
async function version(broker, way) {
  const check = 'kafka.version';
  const versions = await apiVersions(broker, way.ssl ?? false).catch(() => undefined);
  if (!versions) return { check, status: 'unknown', says: `${broker} does not say what it speaks` };
  if (isFour(versions)) return { check, status: 'ok', says: '4.0 or newer (tried with 4.3 and 4.4)' };
  return {
    check,
    status: 'warn',
    says: 'older than 4.0, which was never tried',
    todo: 'upgrade Kafka to 4.x; rebalances and transactions were measured there',
  };
}

/** @param {number} brokers @param {number} wanted @returns {Finding} */
function replication(brokers, wanted) {
  const check = 'kafka.replication';
  if (wanted > brokers)
    return {
      check,
      status: 'fail',
      says: `POSTHORN_REPLICATION_FACTOR is ${wanted}, and there are ${brokers} brokers: no topic can be made`,
      todo: 'lower the factor, or add brokers',
    };
  if (wanted === 1 && brokers > 1)
    return {
      check,
      status: 'warn',
      says: `new topics get one copy, though there are ${brokers} brokers`,
      todo: 'set POSTHORN_REPLICATION_FACTOR=3 before the first start',
    };
  return { check, status: 'ok', says: `${wanted} of ${brokers}` };
}

/**
 * @param {import('kafkajs').Admin} admin
 * @param {NonNullable<import('./settings.mjs').Settings['common']>} common
 * @returns {Promise<Finding[]>}
 */
async function topics(admin, { topicPrefix, partitions }) {
  const existing = new Set(await admin.listTopics());
  const present = allTopics.filter(({ name }) => existing.has(topicPrefix + name));
  const absent = allTopics.filter((topic) => !present.includes(topic)).map(({ name }) => topicPrefix + name);
  /** @type {Finding[]} */
  const findings = [];
  if (absent.length > 0)
    findings.push({
      check: 'kafka.topics',
      status: present.length === 0 ? 'warn' : 'fail',
      says: `not there, or not to be seen by this user: ${absent.join(', ')}`,
      todo: 'start event-ingest once, which makes them, or make them as deploy/helm/posthorn/files/topics.json has them',
    });
  if (present.length === 0) return findings;
  const names = present.map(({ name }) => topicPrefix + name);
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: names });
  const configs = await admin
    .describeConfigs({ includeSynonyms: false, resources: names.map((name) => ({ type: TOPIC, name })) })
    .then(({ resources }) => new Map(resources.map((one) => [one.resourceName, one.configEntries])))
    .catch(() => undefined);
  if (!configs)
    findings.push({
      check: 'kafka.retention',
      status: 'unknown',
      says: 'this user may not read the settings of topics',
      todo: 'run it as a user with DescribeConfigs on them',
    });
  const seen = present.map((definition) => ({
    definition,
    wanted: partitionsFor(definition, partitions),
    partitions: metadata.find(({ name }) => name === topicPrefix + definition.name)?.partitions ?? [],
    config: new Map(
      (configs?.get(topicPrefix + definition.name) ?? []).map((one) => [one.configName, one.configValue]),
    ),
  }));
  return [...findings, ...topicFindings(seen)];
}

/** @param {Error} error @param {string[]} brokers @returns {Finding} */
function unreachable(error, brokers) {
  const text = `${error.message} ${/** @type {Error | undefined} */ (error.cause)?.message ?? ''}`;
  const hints = /** @type {[RegExp, string][]} */ ([
    [/SASL|authentication/i, 'check mechanism, user and password (POSTHORN_KAFKA_SASL_…)'],
    [/certificate|self.signed|issuer|altname/i, "give the brokers' authority: POSTHORN_KAFKA_CA_FILE"],
    [/ENOTFOUND|EAI_AGAIN/, 'the name does not resolve here: check KAFKA_BROKERS, and DNS'],
    [/ECONNREFUSED/, 'nothing listens there: is the broker up, is the port right?'],
    [
      /timeout|socket|disconnect|closed/i,
      'if the listener wants TLS, set POSTHORN_KAFKA_SSL=on; else look at firewalls',
    ],
    [
      /authoriz/i,
      'the user lacks rights: deploy/helm/posthorn/files/access.json has those each service needs',
    ],
  ]);
  const todo = hints.find(([pattern]) => pattern.test(text))?.[1] ?? 'look at the log of the broker';
  return { check: 'kafka.connection', status: 'fail', says: `${brokers.join(', ')}: ${error.message}`, todo };
}

/** @template T @param {number} ms @param {Promise<T>} work @returns {Promise<T>} */
function within(ms, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s (timeout)`)), ms);
  });
  return Promise.race([work, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}
