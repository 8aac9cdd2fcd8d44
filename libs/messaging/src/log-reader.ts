import { randomBytes } from 'node:crypto';
import { GroupConsumer } from './group-consumer.js';
import type { KafkaConnection } from './kafka-connection.js';
import { FollowProgress, LogFollowers } from './log-follower.js';
import { PartitionChannel, type ChunkResult } from './partition-channel.js';
import type { InRecord } from './records.js';
import { backoffMs, delay } from './waiting.js';

export type LogReaderOptions = {
  /** Short; a random suffix makes it a group of this reader alone. */
  groupId: string;
  /** Short. */
  topics: string[];
  maxBytesPerPartition?: number;
  /** For followers nobody waits for: after an answer with little in it, so long nothing is fetched. */
  gatherMs?: number;
};

export type ReadResult =
  | { kind: 'records'; records: InRecord[]; next: number }
  /** Retention has removed `from`: the log begins at `low`. */
  | { kind: 'expired'; low: number }
  | { kind: 'end' };

export type Following = {
  /** When the partition was last known to be read to its end; performance.now(), -Infinity before that. */
  readonly lastFetchMs: number;
  stop(): void;
};

/** What was to be read has expired; the log begins at `low`. */
export class OffsetExpired extends Error {
  override readonly name = 'OffsetExpired';
  constructor(
    what: string,
    readonly low: number,
  ) {
    super(`${what} has expired, the log begins at ${low}`);
  }
}

export class ReaderStopped extends Error {
  override readonly name = 'ReaderStopped';
}

type Bounds = Map<number, { low: number; high: number }>;
type ReadOptions = { end?: number | undefined; ahead?: boolean };
type Channel = { channel: PartitionChannel; tail: Promise<unknown> };

const waitMs = 5_000;
/** Where a follower stands beyond the end of the log, which shrank or is behind what was read of it. */
const lookAgainMs = 50;
/** A new leader may know for a moment of less than there is. */
const shorterAfterMs = 1_000;

/**
 * Reads any partition from any position: a consumer that is alone in its group, so that everything is
 * assigned to it. Reads committed records only. Survives restarts of the broker; after every join it goes
 * back to its own positions. Never hands a record twice or leaves one out within a sequence of reads.
 */
export class LogReader {
  private readonly consumer: GroupConsumer;
  private readonly groupId: string;
  private readonly channels = new Map<string, Channel>();
  private readonly bounds = new Map<string, Bounds>();
  private readonly fetches = new Map<string, number>();
  private readonly leaders = new Map<string, string>();
  private readonly followers: LogFollowers;
  private readonly stopping = new AbortController();
  private allFetches = 0;

  constructor(
    private readonly kafka: KafkaConnection,
    private readonly options: LogReaderOptions,
  ) {
    this.followers = new LogFollowers(kafka);
    this.groupId = kafka.groupId(`${options.groupId}-${randomBytes(6).toString('hex')}`);
    this.consumer = new GroupConsumer(
      kafka,
      {
        groupId: this.groupId,
        topics: options.topics.map((topic) => kafka.topicName(topic)),
        sessionTimeoutMs: 10_000,
        heartbeatMs: 2_000,
        maxBytesPerPartition: options.maxBytesPerPartition ?? 512 * 1024,
        gatherMs: options.gatherMs ?? 0,
        // Most of it is always paused.
        quickWhilePaused: false,
      },
      {
        joined: (assignment) => this.joined(assignment),
        lost: () => this.channels.forEach(({ channel }) => channel.lost()),
        batch: (payload) => this.known(payload.batch)?.onBatch(payload),
        batchEnd: (end) => this.known(end)?.onBatchEnd(Number(end.lastOffset)),
        fetchStart: (nodeId) => {
          this.allFetches++;
          this.fetches.set(nodeId, (this.fetches.get(nodeId) ?? 0) + 1);
        },
        fetched: (partitions, sentMs) => this.followers.endsKnown(partitions, sentMs),
      },
    );
  }

  /** Does not wait for Kafka; reads do. */
  async start(): Promise<void> {
    this.consumer.start();
  }

  /** What is waiting is rejected with ReaderStopped. The group is deleted, best effort. */
  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    this.followers.stop();
    for (const { channel } of this.channels.values()) channel.close();
    await this.consumer.stop();
    const admin = await this.kafka.admin().catch(() => undefined);
    await admin?.deleteGroups([this.groupId]).catch(() => undefined);
  }

  /**
   * One fetch: records at or after `from` and the position after them. `records` may be empty with a `next`
   * further on (markers, aborted records, compaction) or at `from` (nothing came within five seconds,
   * although the caller's `end` is further on). Without `end`, the stable end of the log is asked for where
   * it matters. Calls for one partition wait for each other, in order; those for different partitions do
   * not.
   */
  readOnce(topic: string, partition: number, from: number, end?: number): Promise<ReadResult> {
    return this.queued(topic, partition, () => this.read(topic, partition, from, { end }));
  }

  /**
   * Reads [from, end) in order and answers with the position after it. `end` is the stable end now if it is
   * not given. Rejects with OffsetExpired when a given `from` is below the log, or retention overtakes the
   * reading.
   */
  async readRange(
    topic: string,
    partition: number,
    from: number | 'earliest',
    end: number | undefined,
    onRecords: (records: InRecord[]) => void | 'stop',
  ): Promise<number> {
    const bounds = await this.freshBounds(topic, partition);
    const until = end ?? bounds.high;
    let position = from === 'earliest' ? bounds.low : from;
    try {
      while (position < until) {
        const at = position;
        const options = { end: until, ahead: true };
        const result = await this.queued(topic, partition, () => this.read(topic, partition, at, options));
        if (result.kind === 'end') break;
        if (result.kind === 'expired') {
          // Compaction and retention may move the start while reading from wherever the start is.
          if (from !== 'earliest') throw new OffsetExpired(`${topic}/${partition}/${position}`, result.low);
          position = result.low;
          continue;
        }
        const beyond = result.next > until;
        const records = beyond ? result.records.filter(({ offset }) => offset < until) : result.records;
        position = beyond ? until : result.next;
        if (records.length > 0 && onRecords(records) === 'stop') break;
      }
      return position;
    } finally {
      this.channelOf(topic, partition).channel.rest();
    }
  }

  /**
   * Reads on for ever. `onCaughtUp` is called once, when the end that the log had at the start was reached. A
   * handler that throws is logged; the records count as read.
   *
   * A log that lost its tail, or was made anew, is read again from its beginning, and nothing counts as fresh
   * meanwhile: records come again, and what was lost of them stays with whoever keeps it. `onReadAgain` is
   * told before the first one.
   */
  follow(
    topic: string,
    partition: number,
    from: number | 'earliest',
    onRecords: (records: InRecord[]) => void,
    onCaughtUp: () => void,
    onReadAgain?: () => void,
  ): Following {
    const stopping = new AbortController();
    const guarded = (work: () => void) => this.guarded(topic, partition, work);
    const progress = new FollowProgress(() => guarded(onCaughtUp));
    this.followers.add(progress, { topic, partition });
    const hand = (records: InRecord[]) => guarded(() => onRecords(records));
    const readAgain = () => {
      progress.startsAgain();
      guarded(() => onReadAgain?.());
    };
    void this.followLoop({ topic, partition, from, progress, signal: stopping.signal, hand, readAgain });
    return {
      get lastFetchMs() {
        return progress.lastFetchMs;
      },
      stop: () => {
        stopping.abort();
        this.followers.remove(progress);
      },
    };
  }

  private async followLoop(loop: FollowLoop): Promise<void> {
    const { topic, partition, progress, signal, hand } = loop;
    let position = loop.from;
    let beyondSinceMs: number | undefined;
    for (let failures = 0; !signal.aborted && !this.stopping.signal.aborted;) {
      try {
        if (position === 'earliest') position = (await this.freshBounds(topic, partition)).low;
        progress.reached(position);
        const at = position;
        const options = { end: Infinity, ahead: true };
        const result = await this.queued(topic, partition, () => this.read(topic, partition, at, options));
        if (signal.aborted) break;
        failures = 0;
        if (result.kind !== 'end') beyondSinceMs = undefined;
        else if (performance.now() - (beyondSinceMs ??= performance.now()) < shorterAfterMs)
          await delay(lookAgainMs, signal);
        else {
          const at = { topic, partition, position };
          this.kafka.log('error', 'the log is shorter than it was, reading it again', at);
          loop.readAgain();
          position = 'earliest';
        }
        if (result.kind === 'expired') {
          this.kafka.log('error', 'records expired before they were read', { topic, partition, position });
          position = result.low;
        }
        if (result.kind === 'records') {
          if (result.records.length > 0) hand(result.records);
          position = result.next;
        }
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        this.kafka.log('warn', 'follower tries again', { topic, partition, error: String(error) });
        await delay(backoffMs(++failures), signal);
      }
    }
    this.channelOf(topic, partition).channel.rest();
  }

  private async read(
    topic: string,
    partition: number,
    from: number,
    options: ReadOptions,
  ): Promise<ReadResult> {
    const { end, ahead = false } = options;
    const { channel } = this.channelOf(topic, partition);
    for (let fresh = false; ; fresh = true) {
      this.expectRunning();
      if (end !== undefined && from >= end) return { kind: 'end' };
      if (fresh || !channel.continuesAt(from) || end === undefined) {
        const { low, high } = await this.boundsFor(topic, partition, from, fresh);
        if (from < low) return { kind: 'expired', low };
        if (from > high || (end === undefined && from === high)) return { kind: 'end' };
      }
      this.expectRunning();
      const result: ChunkResult = await channel.next(from, ahead, waitMs);
      this.expectRunning();
      if (result.kind === 'chunk') return { kind: 'records', ...result.chunk };
      if (result.kind === 'nothing') return { kind: 'records', records: [], next: from };
    }
  }

  /** Calls for one partition, one after the other. */
  private queued<T>(topic: string, partition: number, work: () => Promise<T>): Promise<T> {
    const entry = this.channelOf(topic, partition);
    const result = entry.tail.then(work);
    entry.tail = result.catch(() => undefined);
    return result;
  }

  /**
   * Bounds remembered from before serve where they can only err on the safe side: the end only grows, and a
   * start that has moved since is noticed by the fetch.
   */
  private async boundsFor(topic: string, partition: number, from: number, fresh: boolean) {
    const known = this.bounds.get(topic)?.get(partition);
    if (known && !fresh && from >= known.low && from < known.high) return known;
    return this.freshBounds(topic, partition);
  }

  private async freshBounds(topic: string, partition: number): Promise<{ low: number; high: number }> {
    const bounds = await this.kafka.endOffsets(topic);
    this.bounds.set(topic, bounds);
    const found = bounds.get(partition);
    if (!found) throw new Error(`no such partition: ${topic}/${partition}`);
    return found;
  }

  private channelOf(topic: string, partition: number): Channel {
    const full = this.kafka.topicName(topic);
    const key = `${full}/${partition}`;
    let entry = this.channels.get(key);
    if (!entry) {
      const channel = new PartitionChannel({
        seek: (offset) => this.consumer.seek(full, partition, offset),
        pause: () => this.consumer.pause(full, [partition]),
        resume: () => this.consumer.resume(full, [partition]),
        fetches: () => this.fetches.get(this.leaders.get(key) ?? '') ?? this.allFetches,
      });
      this.channels.set(key, (entry = { channel, tail: Promise.resolve() }));
    }
    return entry;
  }

  private known({ topic, partition }: { topic: string; partition: number }): PartitionChannel | undefined {
    return this.channels.get(`${topic}/${partition}`)?.channel;
  }

  private joined(assignment: Map<string, number[]>): void {
    for (const [topic, partitions] of assignment) this.consumer.pause(topic, partitions);
    for (const { channel } of this.channels.values()) channel.joined();
    void this.learnLeaders();
  }

  /** Best effort: without it, one broker's fetches stand for another's. */
  private async learnLeaders(): Promise<void> {
    try {
      const admin = await this.kafka.admin();
      const topics = this.options.topics.map((topic) => this.kafka.topicName(topic));
      for (const { name, partitions } of (await admin.fetchTopicMetadata({ topics })).topics) {
        for (const { partitionId, leader } of partitions) {
          this.leaders.set(`${name}/${partitionId}`, String(leader));
        }
      }
    } catch (error) {
      this.kafka.log('debug', 'leaders are not known', { error: String(error) });
    }
  }

  private guarded(topic: string, partition: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.kafka.log('error', 'a reader threw', { topic, partition, error: String(error) });
    }
  }

  private expectRunning(): void {
    if (this.stopping.signal.aborted) throw new ReaderStopped(`reader ${this.groupId} has stopped`);
  }
}

type FollowLoop = {
  topic: string;
  partition: number;
  from: number | 'earliest';
  progress: FollowProgress;
  signal: AbortSignal;
  hand: (records: InRecord[]) => void;
  readAgain: () => void;
};
