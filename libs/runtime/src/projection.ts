import { positionWithin } from '@posthorn/messaging';
import { backoffMs, Gate, sleep } from './concurrency.js';
import type { Database } from './database.js';
import type { Logger } from './logging.js';
import { loadOffsets } from './projection-offsets.js';
import { ProjectionPartition } from './projection-partition.js';
import { ProjectionRounds } from './projection-rounds.js';
import {
  keyOf,
  type OffsetRange,
  type ProjectionBatch,
  type ProjectionHandler,
  type ProjectionRecord,
  type ProjectionServer,
  type Rejection,
  type SharedHandler,
  type TopicPartition,
} from './projection-types.js';
import type { Metrics } from './telemetry/metrics.js';
import { observeProjection } from './telemetry/observers.js';
import { recordApplied } from './telemetry/projection-spans.js';
import type { Spans } from './telemetry/spans.js';

export type ProjectionOptions<R extends ProjectionRecord = ProjectionRecord> = {
  /** May be a function, because the server is made with this runner's hooks. */
  server: ProjectionServer | (() => ProjectionServer);
  /** Says which offsets exist (messaging's KafkaConnection). */
  kafka: { endOffsets(topic: string): Promise<Map<number, OffsetRange>> };
  database: Database;
  logger: Logger;
  name: string;
  /** By short topic name. */
  topics: Record<string, ProjectionHandler<R> | SharedHandler<R>>;
  /** Keeps a record that no retry can apply; the projection goes on when this resolves. */
  rejected: (rejection: Rejection<R>) => Promise<void>;
  maxBufferedRecords: number;
  maxBufferedBytes: number;
  /** Records in one transaction, which partitions of a topic share, unless a single batch holds more. */
  applyMaxRecords?: number;
  /** Between the starts of two transactions of a topic, unless there is much to write. */
  gatherMs?: number;
  /** Transactions at a time. */
  concurrency?: number;
  /** After the commit of a batch. */
  onApplied?: (partition: TopicPartition) => void;
  onAssigned?: (partitions: TopicPartition[]) => void;
  onRevoked?: (partitions: TopicPartition[]) => void;
  metrics?: Metrics;
  /** Asked when something was applied. */
  spans?: () => Spans;
};

const drainTimeoutMs = 5_000;
const defaultMaxRecords = 5_000;

/**
 * Turns topics into tables: every batch is applied in one transaction with the offset behind it, by
 * compare-and-set, so repeats and two competing instances cannot count anything twice. Survives crashes,
 * rebalances, a database that goes away, and records nobody can apply.
 */
export class ProjectionRunner<R extends ProjectionRecord = ProjectionRecord> {
  private readonly partitions = new Map<string, ProjectionPartition<R>>();
  private readonly paused = new Map<string, TopicPartition>();
  private readonly rounds: ReadonlyMap<string, ProjectionRounds<R>>;
  private bufferedRecords = 0;
  private bufferedBytes = 0;
  private stopping = false;
  private readonly measured: ReturnType<typeof observeProjection> | undefined;

  constructor(private readonly options: ProjectionOptions<R>) {
    const {
      metrics,
      name,
      database,
      topics,
      gatherMs = 0,
      applyMaxRecords: maxRecords = defaultMaxRecords,
    } = options;
    const gate = new Gate(options.concurrency ?? 4);
    this.rounds = new Map(
      Object.entries(topics).map(([topic, handler]) => [
        topic,
        new ProjectionRounds<R>({ database, handler, gate, gatherMs, maxRecords }),
      ]),
    );
    this.measured = metrics && observeProjection(metrics, name, this);
  }

  /** For KafkaBatchServer, with `startPaused`. */
  readonly hooks = {
    assigned: (partitions: TopicPartition[]): void => void this.take(partitions),
    revoked: (partitions: TopicPartition[]): void => this.release(partitions),
    // As at an assignment: the stored offset and what there is of the log now say where to read on.
    shortened: (partition: TopicPartition): void => void this.take([partition]),
  };

  /** Only queues. Never rejects, never waits: it is called from the fetch loop. */
  enqueue(batch: ProjectionBatch<R> & { isStale?: () => boolean }): void {
    if (this.stopping || batch.isStale?.()) return;
    const key = keyOf(batch);
    this.partitions.get(key)?.push(batch);
    if (this.isFull() && !this.paused.has(key) && this.partitions.has(key)) {
      const at = { topic: batch.topic, partition: batch.partition };
      this.paused.set(key, at);
      this.server.pause([at]);
    }
  }

  /** Age of the oldest record that is not applied yet; 0 when there is none. */
  get delayMs(): number {
    let oldest = Infinity;
    for (const { oldestTimestamp } of this.partitions.values())
      if (oldestTimestamp !== undefined && oldestTimestamp < oldest) oldest = oldestTimestamp;
    return oldest === Infinity ? 0 : Math.max(0, Date.now() - oldest);
  }

  /** Records that wait to be applied. */
  get buffered(): number {
    return this.bufferedRecords;
  }

  /** In the group, knowing where to read in every partition, and with a database. */
  get ready(): boolean {
    const { database } = this.options;
    return this.server.ready && database.up && [...this.partitions.values()].every(({ loaded }) => loaded);
  }

  /** Partitions that are being applied now. */
  get assigned(): TopicPartition[] {
    return [...this.partitions.values()].filter(({ loaded }) => loaded).map(({ at }) => at);
  }

  /**
   * Takes nothing more, applies what is buffered, gives up after five seconds: what is left is read
   * again.
   */
  async stop(): Promise<void> {
    this.stopping = true;
    const all = [...this.partitions.values()];
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainTimeoutMs);
    });
    await Promise.race([Promise.all(all.map((partition) => partition.finished())), late]);
    clearTimeout(timer);
    for (const partition of all) partition.stop();
    this.partitions.clear();
    this.paused.clear();
  }

  /** Every assignment starts from the stored offsets, whoever had the partition before. */
  private async take(assigned: TopicPartition[]): Promise<void> {
    const mine = assigned.filter(({ topic }) => Object.hasOwn(this.options.topics, topic));
    this.release(mine);
    const partitions = mine.map((at) => this.open(at));
    const alive = (): ProjectionPartition<R>[] =>
      partitions.filter((partition) => this.partitions.get(keyOf(partition.at)) === partition);
    for (let failures = 1; !this.stopping && alive().length > 0; failures++) {
      try {
        const stored = await loadOffsets(this.options.database, mine);
        const ranges = await this.rangesOf(mine);
        const ready = alive();
        for (const partition of ready) this.begin(partition, stored, ranges);
        const started = ready.map(({ at }) => at);
        if (started.length > 0) this.server.resume(started);
        this.options.onAssigned?.(started);
        return;
      } catch (err) {
        this.options.logger.warn({ err, projection: this.options.name }, 'offsets cannot be loaded yet');
        await sleep(backoffMs(failures));
      }
    }
  }

  private open(at: TopicPartition): ProjectionPartition<R> {
    const {
      database,
      logger,
      rejected,
      onApplied,
      applyMaxRecords = defaultMaxRecords,
      name,
      spans,
    } = this.options;
    const partition = new ProjectionPartition<R>(at, {
      database,
      logger,
      rounds: this.rounds.get(at.topic)!,
      rejected: async (rejection) => {
        await rejected(rejection);
        this.measured?.rejected();
      },
      applyMaxRecords,
      applied: (records, beganMs) => {
        this.measured?.applied(records.length, Date.now() - beganMs);
        if (spans?.().enabled) recordApplied(spans(), { name, ...at }, records, beganMs);
        onApplied?.(at);
      },
      buffered: (records, bytes) => this.count(records, bytes),
      seek: (offset) => void this.seek(partition, offset),
    });
    this.partitions.set(keyOf(at), partition);
    return partition;
  }

  private begin(
    partition: ProjectionPartition<R>,
    stored: Map<string, number>,
    ranges: Map<string, Map<number, OffsetRange>>,
  ): void {
    const { at } = partition;
    const next = stored.get(keyOf(at));
    const { low, high } = ranges.get(at.topic)?.get(at.partition) ?? { low: 0, high: 0 };
    const position = next === undefined ? low : positionWithin(next, { low, high });
    if (next !== undefined && next < low)
      this.options.logger.error({ ...at, next, low }, 'records expired before they were read');
    if (next !== undefined && next > high)
      this.options.logger.error({ ...at, next, high, position }, 'the topic ends before our offset');
    partition.begin(next, position);
    this.server.seek(at, position);
  }

  private async rangesOf(partitions: TopicPartition[]): Promise<Map<string, Map<number, OffsetRange>>> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const ranges = await Promise.all(topics.map((topic) => this.options.kafka.endOffsets(topic)));
    return new Map(topics.map((topic, at) => [topic, ranges[at]!]));
  }

  private async seek(partition: ProjectionPartition<R>, offset: number | undefined): Promise<void> {
    if (this.partitions.get(keyOf(partition.at)) !== partition) return;
    if (offset !== undefined) this.server.seek(partition.at, offset);
    // Somebody emptied the table: begin again as at an assignment.
    else await this.take([partition.at]);
  }

  private release(partitions: TopicPartition[]): void {
    const gone = partitions.filter((at) => this.partitions.has(keyOf(at)));
    for (const at of gone) {
      this.partitions.get(keyOf(at))?.stop();
      this.partitions.delete(keyOf(at));
      this.paused.delete(keyOf(at));
    }
    if (gone.length > 0) this.options.onRevoked?.(gone);
  }

  private get server(): ProjectionServer {
    const { server } = this.options;
    return typeof server === 'function' ? server() : server;
  }

  private isFull(): boolean {
    const { maxBufferedRecords, maxBufferedBytes } = this.options;
    return this.bufferedRecords > maxBufferedRecords || this.bufferedBytes > maxBufferedBytes;
  }

  private count(records: number, bytes: number): void {
    this.bufferedRecords += records;
    this.bufferedBytes += bytes;
    const { maxBufferedRecords, maxBufferedBytes } = this.options;
    if (this.paused.size === 0 || this.stopping) return;
    if (this.bufferedRecords > maxBufferedRecords / 2 || this.bufferedBytes > maxBufferedBytes / 2) return;
    const waiting = [...this.paused.values()];
    this.paused.clear();
    this.server.resume(waiting);
  }
}
