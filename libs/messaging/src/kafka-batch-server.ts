import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { EachBatchPayload } from 'kafkajs';
import { handBatch } from './batch-handler.js';
import { GroupConsumer } from './group-consumer.js';
import { startPositions } from './group-positions.js';
import type { KafkaConnection } from './kafka-connection.js';
import { OffsetCommitter } from './offset-committer.js';
import { fetchedOffset, recordsFrom, type RecordBatch, type TopicPartition } from './records.js';
import { stickyAssigner } from './sticky-assigner.js';
import { backoffMs, delay } from './waiting.js';

export type AssignmentHooks = {
  /**
   * New partitions, inside GROUP_JOIN: synchronous. With `startPaused` they are paused and have no
   * position.
   */
  assigned?(partitions: TopicPartition[], generation: { memberId: string }): void;
  /** No longer ours: another member took them, or this one stopped or lost the group. */
  revoked?(partitions: TopicPartition[]): void;
  /** A rebalance begins; what is ours is known at its end. */
  rebalancing?(): void;
  /**
   * The log ends before `position`, which was read: its tail was lost, or it was made anew. The partition is
   * paused and has no position. Without this hook nothing comes before the log is as long again as it was.
   */
  shortened?(partition: TopicPartition, position: number): void;
};

export type KafkaBatchServerOptions = {
  kafka: KafkaConnection;
  /** Short. */
  groupId: string;
  /** The symbol that the handlers' `@EventPattern(topic, transportId)` names. */
  transportId: symbol;
  /** All topics have the same partition count, and a partition number goes to one member in all of them. */
  coPartitioned: boolean;
  /** New partitions wait for `seek` and `resume`; otherwise they start at the group's committed position. */
  startPaused: boolean;
  /** Where a partition without committed position starts. */
  fromBeginning: boolean;
  hooks?: AssignmentHooks;
  sessionTimeoutMs?: number;
  heartbeatMs?: number;
  /** For readers nobody waits for: after an answer with little in it, so long nothing is fetched. */
  gatherMs?: number;
  /** Short names: what comes in these may wait 100 ms while the others bring something. */
  patientTopics?: readonly string[];
};

/**
 * `position` is unknown until somebody sought or the committed position was read; then nothing below it is
 * given.
 */
type Assigned = {
  topic: string;
  partition: number;
  position: number | undefined;
  /** Where it is to go on, in place of the committed position; see `resumeWithin`. */
  wanted?: number;
  paused: boolean;
  /** How often the owner has sought. */
  seeks: number;
  /** Of the newest record that was handed over; 0 before the first. */
  readUpToMs: number;
};

/** How far a partition was read: for whoever measures. */
export type Progress = TopicPartition & { position: number | undefined; readUpToMs: number };

/**
 * Nest's transport for batches: one handler call per fetched batch, pattern = short topic name. A handler
 * enqueues and returns. It is never awaited, because the fetch loop of all partitions would wait with it,
 * and what it throws is logged: a bad record must not stop a partition.
 *
 * Knows the position of every partition itself, because kafkajs forgets them at every rebalance and would
 * read everything uncommitted again: kept partitions go on where they were, and nothing is handed over
 * twice while a partition stays here. Commits nothing by itself.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  private readonly parts = new Map<string, Assigned>();
  /** Records that were handed over, by topic. */
  readonly handedOver = new Map<string, number>();
  private readonly kafka: KafkaConnection;
  private readonly committer: OffsetCommitter;
  private consumer: GroupConsumer | undefined;
  private memberId = '';

  constructor(private readonly options: KafkaBatchServerOptions) {
    super();
    this.kafka = options.kafka;
    this.setTransportId(options.transportId);
    this.committer = new OffsetCommitter(
      async (commits) =>
        this.consumer?.commit(commits.map((c) => ({ ...c, topic: this.kafka.topicName(c.topic) }))),
      (topic, partition) => this.parts.get(keyOf(topic, partition)),
      this.kafka.log,
    );
  }

  /**
   * Calls back at once: `ready` tells when the group is joined, which waits for Kafka as long as it takes.
   */
  listen(callback: (error?: unknown) => void): void {
    const {
      groupId,
      coPartitioned,
      sessionTimeoutMs,
      heartbeatMs,
      gatherMs,
      patientTopics = [],
    } = this.options;
    const topics = [...this.messageHandlers.keys()].map((pattern) => this.kafka.topicName(pattern));
    if (topics.length === 0) {
      callback(new Error(`group ${groupId} has no handler: is the transportId of its patterns right?`));
      return;
    }
    const consumer = new GroupConsumer(
      this.kafka,
      {
        groupId: this.kafka.groupId(groupId),
        topics,
        assigner: stickyAssigner({ coPartitioned, current: () => this.currentAssignment() }),
        sessionTimeoutMs: sessionTimeoutMs ?? 10_000,
        heartbeatMs: heartbeatMs ?? 1_000,
        maxBytesPerPartition: 512 * 1024,
        quickWhilePaused: true,
        patientTopics: patientTopics.map((name) => this.kafka.topicName(name)),
        ...(gatherMs === undefined ? {} : { gatherMs }),
      },
      {
        joined: (assignment, memberId) => this.joined(assignment, memberId),
        lost: () => this.lost(),
        rebalancing: () => this.guarded('rebalancing', () => this.options.hooks?.rebalancing?.()),
        batch: (payload) => this.guarded('a batch', () => this.take(payload)),
      },
    );
    this.consumer = consumer;
    consumer.start();
    callback();
  }

  /** Revokes everything, sends what was committed, leaves the group. */
  async close(): Promise<void> {
    await this.committer.drain(2_000);
    await this.consumer?.stop();
  }

  get ready(): boolean {
    return this.consumer?.joined ?? false;
  }

  /** When the last successful heartbeat or join was sent; performance.now(), -Infinity before the first. */
  get lastHeartbeatMs(): number {
    return this.consumer?.lastHeartbeatMs ?? -Infinity;
  }

  get assignment(): TopicPartition[] {
    return [...this.parts.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  get progress(): Progress[] {
    return [...this.parts.values()].map(({ topic, partition, position, readUpToMs }) => ({
      topic,
      partition,
      position,
      readUpToMs,
    }));
  }

  /** Takes effect before the next fetch: one more batch may come. Unassigned partitions are passed over. */
  pause(partitions: TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const part = this.parts.get(keyOf(topic, partition));
      if (!part) continue;
      part.paused = true;
      this.consumer?.pause(this.kafka.topicName(topic), [partition]);
    }
  }

  /** A partition that nobody ever positioned starts at the committed position. */
  resume(partitions: TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const part = this.parts.get(keyOf(topic, partition));
      if (!part) continue;
      part.paused = false;
      if (part.position === undefined) void this.locate([part]);
      else this.consumer?.resume(this.kafka.topicName(topic), [partition]);
    }
  }

  /**
   * Goes on at a position that may be of a log that is gone, held within what there is of it now. For a
   * partition that `shortened` named: kafkajs has overwritten what was committed.
   */
  resumeWithin(partition: TopicPartition, position: number): void {
    const part = this.parts.get(keyOf(partition.topic, partition.partition));
    if (part) part.wanted = position;
    this.resume([partition]);
  }

  /**
   * The next batch begins here. Unchecked: below the log's start kafkajs jumps to the start, above its end
   * back to the start. Use it for positions known to exist, `seekChecked` for those that come from
   * elsewhere.
   */
  seek({ topic, partition }: TopicPartition, offset: number): void {
    const part = this.parts.get(keyOf(topic, partition));
    if (!part) return;
    part.position = offset;
    delete part.wanted;
    part.seeks++;
    this.consumer?.seek(this.kafka.topicName(topic), partition, offset);
  }

  /**
   * Seeks, held within the log, and answers where it stands: above the offset asked for, records have
   * expired.
   */
  async seekChecked(tp: TopicPartition, offset: number): Promise<number> {
    const { low, high } = (await this.kafka.endOffsets(tp.topic)).get(tp.partition) ?? { low: 0, high: 0 };
    const position = Math.min(Math.max(offset, low), Math.max(low, high));
    this.seek(tp, position);
    return position;
  }

  /** The group's position, for lag tools and restarts: coalesced, one request at a time, never throws. */
  commit(topic: string, partition: number, next: number, metadata?: string): void {
    this.committer.commit(topic, partition, next, metadata);
  }

  on(): never {
    throw new Error('KafkaBatchServer has no native events');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  private joined(assignment: Map<string, number[]>, memberId: string): void {
    // Another id means that the group had given us up: what we have, others may have had meanwhile.
    if (memberId !== this.memberId) this.lost();
    this.memberId = memberId;
    const now = new Set<string>();
    const added: Assigned[] = [];
    for (const [topic, partitions] of assignment) {
      for (const partition of partitions) {
        const short = this.kafka.shortName(topic);
        const key = keyOf(short, partition);
        now.add(key);
        const kept = this.parts.get(key);
        if (kept?.position !== undefined) this.consumer?.seek(topic, partition, kept.position);
        if (!kept)
          added.push({
            topic: short,
            partition,
            position: undefined,
            paused: this.options.startPaused,
            seeks: 0,
            readUpToMs: 0,
          });
      }
    }
    const gone = [...this.parts].filter(([key]) => !now.has(key));
    for (const [key] of gone) this.parts.delete(key);
    for (const part of added) {
      this.parts.set(keyOf(part.topic, part.partition), part);
      // Also without startPaused, until the position is known: kafkajs may hold an old seek of an earlier
      // stay.
      this.consumer?.pause(this.kafka.topicName(part.topic), [part.partition]);
    }
    this.guarded(
      'revoked',
      () => gone.length > 0 && this.options.hooks?.revoked?.(gone.map(([, p]) => tpOf(p))),
    );
    this.guarded('assigned', () => {
      if (added.length > 0) this.options.hooks?.assigned?.(added.map(tpOf), { memberId });
    });
    if (!this.options.startPaused) void this.locate(added);
  }

  private lost(): void {
    const gone = [...this.parts.values()].map(tpOf);
    this.parts.clear();
    this.guarded('revoked', () => gone.length > 0 && this.options.hooks?.revoked?.(gone));
  }

  /**
   * Puts partitions where the group committed, and lets them run. Repeats until it knows or they are gone.
   */
  private async locate(parts: Assigned[]): Promise<void> {
    const isWaiting = (part: Assigned) =>
      part.position === undefined && this.parts.get(keyOf(part.topic, part.partition)) === part;
    for (let failures = 1; parts.some(isWaiting); failures++) {
      try {
        for (const topic of new Set(parts.filter(isWaiting).map((part) => part.topic))) {
          const { groupId, fromBeginning } = this.options;
          const start = await startPositions(this.kafka, groupId, topic, fromBeginning);
          for (const part of parts.filter((p) => p.topic === topic && isWaiting(p))) {
            const { offset, isMoved } = start(part.partition, part.wanted);
            this.seek(part, offset);
            // Goes with the first batch: at the next start the log may have grown beyond what was committed.
            if (isMoved) this.commit(topic, part.partition, offset);
            if (!part.paused) this.resume([part]);
          }
        }
        return;
      } catch (error) {
        this.kafka.log('warn', 'committed positions are not known yet', { error: String(error) });
        await delay(backoffMs(failures));
      }
    }
  }

  private take(payload: EachBatchPayload): void {
    const { batch } = payload;
    const topic = this.kafka.shortName(batch.topic);
    const part = this.parts.get(keyOf(topic, batch.partition));
    // Not ours any more, sought elsewhere, or never positioned: whoever positions it reads these records
    // then.
    if (!part || part.position === undefined || payload.isStale()) return;
    const next = Number(batch.lastOffset()) + 1;
    const fetchedAt = fetchedOffset(batch);
    if (fetchedAt !== part.position) this.warnOfJump(part, fetchedAt);
    if (fetchedAt < part.position && this.options.hooks?.shortened) return this.giveBack(part, part.position);
    if (next <= part.position) return;
    const records = recordsFrom(batch.messages, part.position);
    part.position = next;
    if (records.length === 0) return;
    part.readUpToMs = records.at(-1)!.timestamp;
    this.handedOver.set(topic, (this.handedOver.get(topic) ?? 0) + records.length);
    const { partition } = batch;
    const highWatermark = Number(batch.highWatermark);
    // Not kafkajs's answer: our own seek after a rebalance would make batches stale that were handed over
    // well.
    const { seeks } = part;
    const isStale = () => part.seeks !== seeks || this.parts.get(keyOf(topic, partition)) !== part;
    const handed = { topic, partition, records, next, highWatermark, isStale };
    const handler = this.messageHandlers.get(topic) as ((data: RecordBatch) => unknown) | undefined;
    if (handler) handBatch(handler, handed, this.kafka.log);
  }

  /**
   * kafkajs goes to the start of the log, without a word to us, when a position does not exist (any more). It
   * also goes on, without a word, over what never reaches a handler: markers of transactions, and what
   * compaction took away. Only the log's start tells the two apart.
   */
  private warnOfJump({ topic, partition, position = 0 }: Assigned, fetchedAt: number): void {
    const at = { topic, partition, position, fetchedAt };
    if (fetchedAt < position) this.kafka.log('error', 'the log was read again', at);
    else void this.warnOfExpired(at);
  }

  /** Its owner positions it again; what was handed over of the other log is stale. */
  private giveBack(part: Assigned, position: number): void {
    part.position = undefined;
    part.seeks++;
    this.pause([part]);
    this.guarded('shortened', () => this.options.hooks?.shortened?.(tpOf(part), position));
  }

  private async warnOfExpired(at: TopicPartition & { position: number; fetchedAt: number }): Promise<void> {
    const bounds = await this.kafka.endOffsets(at.topic).catch(() => undefined);
    const low = bounds?.get(at.partition)?.low ?? 0;
    if (low > at.position) this.kafka.log('error', 'records expired before they were read', { ...at, low });
  }

  private currentAssignment(): { assignment: Map<string, number[]>; generation: number } {
    const assignment = new Map<string, number[]>();
    for (const { topic, partition } of this.parts.values()) {
      const full = this.kafka.topicName(topic);
      assignment.set(full, [...(assignment.get(full) ?? []), partition]);
    }
    return { assignment, generation: this.consumer?.generation ?? 0 };
  }

  private guarded(what: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.kafka.log('error', `${what}: a handler threw`, { error: String(error) });
    }
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function tpOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
