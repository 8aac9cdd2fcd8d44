import type { ITopicConfig } from 'kafkajs';
import type { TopicSpec } from './kafka-connection.js';

/** From so many copies on a broker may be lost without writes stopping. */
const replicasThatSpareOne = 3;

/**
 * A topic as it is made. With three copies and more, what is acknowledged stands on two machines: Kafka's own
 * default is one, which may be the one that is lost next.
 * @param topic with its prefix
 */
export function topicConfig(topic: string, spec: TopicSpec, replicationFactor?: number): ITopicConfig {
  const config: Record<string, string> = {
    'cleanup.policy': spec.cleanup,
    'retention.ms': String(spec.retentionMs),
    ...(spec.deleteRetentionMs === undefined
      ? {}
      : { 'delete.retention.ms': String(spec.deleteRetentionMs) }),
    ...(spec.maxMessageBytes === undefined ? {} : { 'max.message.bytes': String(spec.maxMessageBytes) }),
    ...((replicationFactor ?? 0) >= replicasThatSpareOne ? { 'min.insync.replicas': '2' } : {}),
    ...spec.config,
  };
  return {
    topic,
    numPartitions: spec.partitions,
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
  };
}
