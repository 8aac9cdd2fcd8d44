import type { BulkTransaction } from './database.js';

/** The part of libs/messaging's InRecord that a projection uses. */
export type ProjectionRecord = {
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | string | undefined>;
  timestamp: number;
};

export type TopicPartition = { topic: string; partition: number };

/** What a handler is given: records of one partition in order, and the position behind them. */
export type ProjectionBatch<R extends ProjectionRecord = ProjectionRecord> = TopicPartition & {
  records: R[];
  /** Offset of the first record that is not in this batch (markers and compacted gaps are skipped). */
  next: number;
};

export type ProjectionHandler<R extends ProjectionRecord = ProjectionRecord> = (
  batch: ProjectionBatch<R>,
  tx: BulkTransaction,
) => Promise<void>;

/**
 * Applies what several partitions have to write at one moment, each partition at most once, in their order:
 * where that can share statements. It locks in that order, too, so that no two wait for each other.
 */
export type SharedHandler<R extends ProjectionRecord = ProjectionRecord> = {
  applyAll: (batches: readonly ProjectionBatch<R>[], tx: BulkTransaction) => Promise<void>;
};

/** The part of libs/messaging's KafkaBatchServer that a projection steers. Topics are short names. */
export type ProjectionServer = {
  pause(partitions: TopicPartition[]): void;
  resume(partitions: TopicPartition[]): void;
  seek(partition: TopicPartition, offset: number): void;
  /** Whether the group is joined. A member may have no partitions. */
  readonly ready: boolean;
};

/** Offsets that exist now: `low` the first one, `high` the one behind the last. */
export type OffsetRange = { low: number; high: number };

export type Rejection<R extends ProjectionRecord = ProjectionRecord> = TopicPartition & {
  record: R;
  error: unknown;
};

export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
