/** How a topic is made. Names are short; messaging puts the installation's prefix (`posthorn.`) in front. */
export type TopicDefinition = {
  name: string;
  cleanup: 'delete' | 'compact';
  retentionMs: number;
  /** How long tombstones of a compacted topic stay readable. */
  deleteRetentionMs?: number;
  /**
   * `tenant`: P partitions by murmur2(tenantId); `free`: P partitions, keyed by the writer; `one`: a single
   * partition.
   */
  partitioning: 'tenant' | 'free' | 'one';
  maxMessageBytes: number;
  /** Further settings, as Kafka names them. Of each number, less is as good: an operator may choose it. */
  config?: Record<string, string>;
};

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Events expire at 7 d and are kept for 8, so that expiry is decided by reading them, never by their
 * absence.
 */
export const eventRetentionMs = 8 * dayMs;
export const eventExpiryMs = 7 * dayMs;

/** 256 KiB of event plus what the envelopes around it may add. */
const maxMessageBytes = 512 * 1024;

/**
 * Whoever publishes compresses as he likes, and a cluster's default may be any codec. The broker, which knows
 * all of them, undoes it: kafkajs knows one, and a batch that it cannot read stops the partition for all.
 */
const plain = { 'compression.type': 'uncompressed' };

const log = (
  name: string,
  partitioning: TopicDefinition['partitioning'],
  retentionMs = eventRetentionMs,
): TopicDefinition => ({
  name,
  cleanup: 'delete',
  retentionMs,
  partitioning,
  maxMessageBytes,
  config: plain,
});

/** Tombstones stay as long as events do: a reader that was away for as long as it may be still sees them. */
const table = (name: string, partitioning: TopicDefinition['partitioning']): TopicDefinition => ({
  name,
  cleanup: 'compact',
  retentionMs: -1,
  deleteRetentionMs: eventRetentionMs,
  partitioning,
  maxMessageBytes,
  // The segment that is written is never compacted, and whoever takes a partition over reads all of it:
  // small ones, soon.
  config: {
    ...plain,
    'segment.bytes': String(16 * 1024 * 1024),
    'segment.ms': String(10 * 60_000),
    'min.cleanable.dirty.ratio': '0.1',
    'max.compaction.lag.ms': String(60 * 60_000),
  },
});

export const inboxTopic = log('inbox.v1', 'free');
export const eventsTopic = log('events.v1', 'tenant');
export const cursorsTopic = table('cursors.v1', 'tenant');
export const subscriptionsTopic = table('subscriptions.v1', 'tenant');
export const directoryTopic = table('directory.v1', 'one');
export const keyUsesTopic = table('key-uses.v1', 'one');
/** Read whole at every start of subscription-api: small, and no longer than what it is about. */
export const auditNotesTopic = log('audit-notes.v1', 'one');
export const retriesTopic = log('retries.v1', 'tenant');
export const dueTopic = log('due.v1', 'tenant');
export const attemptsTopic = log('attempts.v1', 'tenant');
export const rejectedTopic = log('rejected.v1', 'one', 30 * dayMs);

export const allTopics: readonly TopicDefinition[] = [
  inboxTopic,
  eventsTopic,
  cursorsTopic,
  subscriptionsTopic,
  directoryTopic,
  keyUsesTopic,
  auditNotesTopic,
  retriesTopic,
  dueTopic,
  attemptsTopic,
  rejectedTopic,
];

/** What a service gives messaging to make them of: all that is said of them here, whichever service it is. */
export function topicSpecs(
  topics: readonly TopicDefinition[],
  partitions: number,
): (TopicDefinition & { partitions: number })[] {
  return topics.map((topic) => ({ ...topic, partitions: partitionsFor(topic, partitions) }));
}

/** The partition counts to create a topic with; an existing topic keeps what it has. */
export function partitionsFor({ partitioning }: TopicDefinition, partitions: number): number {
  return partitioning === 'one' ? 1 : partitions;
}
