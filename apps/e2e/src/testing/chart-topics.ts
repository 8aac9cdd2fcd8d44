import { allTopics, type TopicDefinition } from '@posthorn/contracts';

export type ChartTopic = {
  name: string;
  partitioning: TopicDefinition['partitioning'];
  config: Record<string, string>;
};

/** Topics as the Helm chart makes them: what the services themselves would make, by Kafka's names. */
export function chartTopics(): ChartTopic[] {
  return allTopics.map(
    ({ name, partitioning, cleanup, retentionMs, deleteRetentionMs, maxMessageBytes, config }) => ({
      name,
      partitioning,
      config: {
        'cleanup.policy': cleanup,
        'retention.ms': String(retentionMs),
        ...(deleteRetentionMs === undefined ? {} : { 'delete.retention.ms': String(deleteRetentionMs) }),
        'max.message.bytes': String(maxMessageBytes),
        ...config,
      },
    }),
  );
}
