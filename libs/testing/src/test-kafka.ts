import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

export type TestKafka = {
  brokers: string[];
  /** Random, ends in a dot: put it in front of every topic, group and transactional id. */
  prefix: string;
  /** Deletes every topic and every empty consumer group that starts with the prefix. */
  cleanup(): Promise<void>;
};

/** The real broker that KAFKA_BROKERS names, and a prefix that lets many tests share it. */
export function testKafka(): TestKafka {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',').filter(Boolean);
  if (brokers.length === 0) throw new Error('KAFKA_BROKERS is not set: integration tests need a real broker');
  const prefix = `t${randomBytes(5).toString('hex')}.`;
  return { brokers, prefix, cleanup: () => cleanUp(brokers, prefix) };
}

async function cleanUp(brokers: string[], prefix: string): Promise<void> {
  const kafka = new Kafka({ brokers, clientId: 'test-cleanup', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const groups = (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith(prefix));
    // A group whose member was killed is not empty until its session ends: it goes by itself later.
    await admin.deleteGroups(groups.map(({ groupId }) => groupId)).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
}
