import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { repoRoot } from '../lib/paths.mjs';

// Not all of these are seen as named exports by every Node.
const { Kafka, logLevel, AclPermissionTypes } = kafkajs;
const {
  AclOperationTypes: Operations,
  AclResourceTypes: Resources,
  ResourcePatternTypes: Patterns,
} = kafkajs;

const PREFIX = 'posthorn.';
const PARTITIONS = 4;

/**
 * @typedef {object} Rights
 * @property {string[]} reads
 * @property {string[]} writes
 * @property {string[]} groups    by name
 * @property {string[]} readers   beginnings of names of groups
 * @property {boolean} [transactions]
 * @typedef {{ broker: string, ca: string, name: string, password: string, group?: string }} User
 */

/** As the chart makes them. @param {string} broker */
export async function createTopics(broker) {
  const file = join(repoRoot, 'deploy', 'helm', 'posthorn', 'files', 'topics.json');
  const topics = JSON.parse(readFileSync(file, 'utf8'));
  await asAdmin(broker, (admin) =>
    admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((/** @type {any} */ { name, partitioning, config }) => ({
        topic: PREFIX + name,
        numPartitions: partitioning === 'one' ? 1 : PARTITIONS,
        replicationFactor: 1,
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value: String(value) })),
      })),
    }),
  );
}

/**
 * The rules that templates/kafka.yaml makes of the same file.
 * @param {string} broker
 * @param {Record<string, Rights>} access
 * @param {string} publisher
 */
export async function allow(broker, access, publisher) {
  const rules = Object.entries(access).flatMap(([name, rights]) => rulesOf(name, rights));
  const { TOPIC } = Resources;
  for (const operation of [Operations.DESCRIBE, Operations.WRITE])
    rules.push(rule(publisher, TOPIC, `${PREFIX}inbox.v1`, Patterns.LITERAL, operation));
  await asAdmin(broker, (admin) => admin.createAcls({ acl: rules }));
}

/** @param {string} user @param {Rights} rights */
function rulesOf(user, { reads, writes, groups, readers, transactions }) {
  const { TOPIC, GROUP, TRANSACTIONAL_ID } = Resources;
  const { READ, WRITE, DESCRIBE, DELETE } = Operations;
  const { LITERAL, PREFIXED } = Patterns;
  return [
    rule(user, TOPIC, PREFIX, PREFIXED, DESCRIBE),
    ...reads.map((name) => rule(user, TOPIC, PREFIX + name, LITERAL, READ)),
    ...writes.map((name) => rule(user, TOPIC, PREFIX + name, LITERAL, WRITE)),
    ...groups.map((name) => rule(user, GROUP, PREFIX + name, LITERAL, READ)),
    ...readers.flatMap((name) =>
      [READ, DELETE].map((one) => rule(user, GROUP, PREFIX + name, PREFIXED, one)),
    ),
    ...(transactions
      ? [DESCRIBE, WRITE].map((one) => rule(user, TRANSACTIONAL_ID, 'posthorn-cursors-', PREFIXED, one))
      : []),
  ];
}

/**
 * @param {string} user
 * @param {number} resourceType
 * @param {string} resourceName
 * @param {number} resourcePatternType
 * @param {number} operation
 */
function rule(user, resourceType, resourceName, resourcePatternType, operation) {
  const permissionType = AclPermissionTypes.ALLOW;
  const principal = `User:${user}`;
  return { resourceType, resourceName, resourcePatternType, principal, host: '*', operation, permissionType };
}

/**
 * @template T
 * @param {string} broker
 * @param {(admin: import('kafkajs').Admin) => Promise<T>} work
 */
async function asAdmin(broker, work) {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/**
 * Whether a user may, by trying it. Who may not use the group or may not read the topic gets no fetch.
 * @param {User} user
 * @param {'read' | 'write'} what
 * @param {string} topic  short
 */
export async function may({ broker, ca, name, password, group = 'nobody-' }, what, topic) {
  const kafka = new Kafka({
    brokers: [broker],
    ssl: { ca },
    sasl: { mechanism: 'scram-sha-512', username: name, password },
    logLevel: logLevel.NOTHING,
    connectionTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12 },
  });
  const refused = (/** @type {any} */ error) => {
    if (/authoriz/i.test(`${error.type} ${error.message} ${error.cause?.message}`)) return false;
    throw error;
  };
  if (what === 'write') {
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const record = { topic: PREFIX + topic, messages: [{ value: 'x' }] };
    const done = await producer.send(record).then(() => true, refused);
    await producer.disconnect();
    return done;
  }
  const consumer = kafka.consumer({ groupId: `${PREFIX}${group}check`, allowAutoTopicCreation: false });
  await consumer.connect();
  try {
    const seen = await consumer.subscribe({ topics: [PREFIX + topic] }).then(() => true, refused);
    if (!seen) return false;
    // A read begins with the group; only a member that may read gets as far as a fetch.
    return await new Promise((resolve, reject) => {
      const judge = (/** @type {any} */ error) => {
        try {
          resolve(refused(error));
        } catch (other) {
          reject(other);
        }
      };
      // A broker that has just started lets groups in a moment later; kafkajs comes back by itself.
      consumer.on('consumer.crash', ({ payload }) => payload.restart || judge(payload.error));
      consumer.on('consumer.fetch', () => resolve(true));
      consumer.run({ eachMessage: async () => {} }).catch((error) => error.retriable || judge(error));
      setTimeout(() => reject(new Error(`${name}: no answer for ${topic}`)), 60_000).unref();
    });
  } finally {
    await consumer.disconnect();
  }
}
