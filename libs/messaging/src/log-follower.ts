import type { FetchedPartition } from './fetch-pace.js';
import type { KafkaConnection } from './kafka-connection.js';
import type { TopicPartition } from './records.js';

const freshnessMs = 1_000;
/** The last answer to an idle fetch was asked for up to two of its waits ago (500 ms each), and a little. */
const lateAfterMs = 1_500;

/**
 * How fresh a follower is. Every answer to a fetch says where the log ends, and where none comes the end is
 * asked for: once the reader has passed an end, it was complete at the moment that end was asked for. Not by
 * kafkajs's own events, which report failed fetches like empty ones.
 */
export class FollowProgress {
  /**
   * When the log was last known to be read completely; performance.now(), -Infinity before the first time.
   */
  lastFetchMs = -Infinity;
  private position = -1;
  private reachedMs = -Infinity;
  private mark: { end: number; askedMs: number } | undefined;
  private caughtUp = false;

  constructor(private readonly onCaughtUp: () => void) {}

  reached(position: number, nowMs = performance.now()): void {
    if (position !== this.position) this.reachedMs = nowMs;
    this.position = position;
    this.check();
  }

  endAsked(end: number, askedMs: number): void {
    // Whoever had passed it when it was asked for reads a log that lost its tail, or was made anew: what is
    // written there below the position is not known.
    if (end < this.position && askedMs > this.reachedMs) return;
    // An older question that is still open comes first: under steady writes a newer one would always
    // replace it. Unless the log ends earlier since, and may never come to what was asked for first.
    const isShorter = this.mark && end < this.mark.end && askedMs > this.mark.askedMs;
    if (!this.mark || isShorter) this.mark = { end, askedMs };
    this.check();
  }

  /** It is read once more, from its beginning: no fresher than it was before that has come to the end. */
  startsAgain(): void {
    this.mark = undefined;
    this.position = -1;
  }

  private check(): void {
    if (!this.mark || this.position < this.mark.end) return;
    this.lastFetchMs = this.mark.askedMs;
    this.mark = undefined;
    if (this.caughtUp) return;
    this.caughtUp = true;
    this.onCaughtUp();
  }
}

/** Tells the followers of one reader where their logs end; topics are short. */
export class LogFollowers {
  private readonly all = new Map<FollowProgress, TopicPartition>();
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly kafka: KafkaConnection) {}

  add(progress: FollowProgress, at: TopicPartition): void {
    this.all.set(progress, at);
    if (this.all.size === 1) void this.askEnds();
  }

  remove(progress: FollowProgress): void {
    this.all.delete(progress);
    if (this.all.size === 0) clearTimeout(this.timer);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** A fetch that has succeeded says where a log ends. */
  endsKnown(partitions: FetchedPartition[], sentMs: number): void {
    if (this.all.size === 0) return;
    const ends = new Map(
      partitions.map(({ topic, partition, stableEnd }) => [`${topic}/${partition}`, stableEnd]),
    );
    for (const [progress, { topic, partition }] of this.all) {
      const end = ends.get(`${this.kafka.topicName(topic)}/${partition}`);
      if (end !== undefined) progress.endAsked(end, sentMs);
    }
  }

  /** Asks for those of which no fetch has told lately. */
  private async askEnds(): Promise<void> {
    const lateMs = performance.now() - lateAfterMs;
    const late = [...this.all].filter(([{ lastFetchMs }]) => lastFetchMs < lateMs);
    for (const topic of new Set(late.map(([, follower]) => follower.topic))) {
      const askedMs = performance.now();
      const ends = await this.kafka.endOffsets(topic).catch(() => undefined);
      for (const [progress, follower] of this.all) {
        const end = follower.topic === topic ? ends?.get(follower.partition) : undefined;
        if (end) progress.endAsked(end.high, askedMs);
      }
    }
    if (this.isStopped || this.all.size === 0) return;
    this.timer = setTimeout(() => void this.askEnds(), freshnessMs);
  }
}
