import { allTopics } from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import { createLogger, HealthRegistry, loadSettings, Metrics } from '@posthorn/runtime';
import { testKafka } from '@posthorn/testing';
import { EventIngestSettings } from './event-ingest.config.js';
import { EventLog } from './event-log.client.js';

it('makes topics with everything that is said of them', async () => {
  const { brokers, prefix, cleanup } = testKafka();
  const kafka = new KafkaConnection({ brokers, clientId: 'it', topicPrefix: prefix }, () => undefined);
  const env = { KAFKA_BROKERS: brokers.join(','), POSTHORN_TOPIC_PREFIX: prefix, POSTHORN_PARTITIONS: '3' };
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  const settings = loadSettings(EventIngestSettings, env);
  const log = new EventLog(kafka, settings, logger, new HealthRegistry(), new Metrics());
  try {
    await log.start();
    const { resources } = await (
      await kafka.admin()
    ).describeConfigs({
      includeSynonyms: false,
      resources: allTopics.map(({ name }) => ({ type: 2, name: prefix + name })),
    });
    for (const { name, cleanup: policy, config = {}, maxMessageBytes } of allTopics) {
      const entries = resources.find(({ resourceName }) => resourceName === prefix + name)!.configEntries;
      expect(Object.fromEntries(entries.map((one) => [one.configName, one.configValue]))).toMatchObject({
        'cleanup.policy': policy,
        'max.message.bytes': String(maxMessageBytes),
        ...config,
      });
    }
    expect(await kafka.partitionCount('events.v1')).toBe(3);
    expect(await kafka.partitionCount('directory.v1')).toBe(1);
  } finally {
    await log.stop();
    await kafka.close();
    await cleanup();
  }
}, 30_000);
