import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { auditNotesTopic, cursorsTopic, directoryTopic, keyUsesTopic } from '@posthorn/contracts';
import { KafkaConnection, LogReader, type InRecord } from '@posthorn/messaging';
import { LOGGER, type Logger } from '@posthorn/runtime';

const reconnectMs = 500;
const pingMs = 1_000;
/** Cursors come all the time; nobody waits for a single one. */
const gatherMs = 100;

export type Follower = {
  /** Short. All its partitions are followed, from the beginning. */
  topic: string;
  /** Before the first record: how many partitions there are. */
  onFollowing?(partitions: number): void;
  onRecords(partition: number, records: InRecord[]): void;
  /** Once for each partition, when the end that it had at the start was reached. */
  onCaughtUp(partition: number): void;
  /** The log has lost its tail, or was made anew: all that it has comes once more. */
  onReadAgain?(partition: number): void;
};

export type Taker = {
  /** Short, of one partition; from the beginning. */
  topic: string;
  /** Nothing more is read until it resolves; what it rejects is read again. */
  take(records: readonly InRecord[]): Promise<void>;
};

/**
 * What this service reads: whole topics, again at every start; what is followed is kept in memory. Waits
 * for Kafka for ever.
 */
@Injectable()
export class LogFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly followers: Follower[] = [];
  private readonly takers: Taker[] = [];
  private readonly stopping = new AbortController();
  private readonly reader: LogReader;
  private following: Promise<void> = Promise.resolve();
  private taking: Promise<void>[] = [];

  constructor(
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const topics = [cursorsTopic.name, directoryTopic.name, keyUsesTopic.name, auditNotesTopic.name];
    this.reader = new LogReader(kafka, { groupId: 'subscription-api', topics, gatherMs });
  }

  /** Before the application has started. */
  register(follower: Follower): void {
    this.followers.push(follower);
  }

  /** Before the application has started. */
  takeFrom(taker: Taker): void {
    this.takers.push(taker);
  }

  onApplicationBootstrap(): void {
    this.following = this.follow();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.following;
    await this.reader.stop();
    await Promise.all(this.taking);
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if (await this.kafka.ping(pingMs)) {
          // Rejects until the topics have been made.
          const counts = await Promise.all(
            [...this.followers, ...this.takers].map(({ topic }) => this.kafka.partitionCount(topic)),
          );
          if (signal.aborted) return;
          await this.reader.start();
          this.followers.forEach((follower, i) => this.followAll(follower, counts[i]));
          this.taking = this.takers.map((taker) => this.takeAll(taker));
          return;
        }
      } catch (err) {
        this.logger.debug({ err }, 'topics cannot be followed yet');
      }
      await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private followAll(follower: Follower, partitions: number): void {
    const { topic, onRecords, onCaughtUp } = follower;
    follower.onFollowing?.(partitions);
    for (let partition = 0; partition < partitions; partition++)
      this.reader.follow(
        topic,
        partition,
        'earliest',
        (records) => onRecords(partition, records),
        () => onCaughtUp(partition),
        () => follower.onReadAgain?.(partition),
      );
  }

  private async takeAll({ topic, take }: Taker): Promise<void> {
    const { signal } = this.stopping;
    for (let from = 0, failures = 0; !signal.aborted;) {
      try {
        const result = await this.reader.readOnce(topic, 0, from, Infinity);
        if (result.kind === 'records' && result.records.length > 0) await take(result.records);
        if (result.kind === 'records') from = result.next;
        // A log that ends before what was read of it was made anew.
        else from = result.kind === 'expired' ? result.low : 0;
        failures = 0;
      } catch (err) {
        if (signal.aborted) return;
        // Twice a second for as long as something is away would tell nobody more.
        if (failures++ % 60 === 0) this.logger.warn({ err, topic }, 'records cannot be taken yet');
        await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
