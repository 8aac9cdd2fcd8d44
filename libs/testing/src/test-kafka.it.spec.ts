import { Kafka, logLevel } from 'kafkajs';
import { testKafka } from './test-kafka.js';

it('gives every caller its own prefix and removes exactly what stands under it', async () => {
  const mine = testKafka();
  const other = testKafka();
  expect(mine.prefix).not.toBe(other.prefix);
  const admin = new Kafka({ brokers: mine.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = [mine, other].map(({ prefix }) => ({ topic: `${prefix}a`, numPartitions: 1 }));
  await admin.createTopics({ topics });
  await mine.cleanup();
  const left = await admin.listTopics();
  expect(left).not.toContain(`${mine.prefix}a`);
  expect(left).toContain(`${other.prefix}a`);
  await other.cleanup();
  await admin.disconnect();
}, 20_000);
