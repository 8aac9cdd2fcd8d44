import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { cursorsTopic, directoryTopic, keyUsesTopic } from '@posthorn/contracts';
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
};

/**
 * What this service reads: whole topics, kept in memory, read again at every start. Waits for Kafka for
 * ever.
 */
@Injectable()
export class LogFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly followers: Follower[] = [];
  private readonly stopping = new AbortController();
  private readonly reader: LogReader;
  private following: Promise<void> = Promise.resolve();

  constructor(
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const topics = [cursorsTopic.name, directoryTopic.name, keyUsesTopic.name];
    this.reader = new LogReader(kafka, { groupId: 'subscription-api', topics, gatherMs });
  }

  /** Before the application has started. */
  register(follower: Follower): void {
    this.followers.push(follower);
  }

  onApplicationBootstrap(): void {
    this.following = this.follow();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.following;
    await this.reader.stop();
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if (await this.kafka.ping(pingMs)) {
          // Rejects until the topics have been made.
          const counts = await Promise.all(
            this.followers.map(({ topic }) => this.kafka.partitionCount(topic)),
          );
          if (signal.aborted) return;
          await this.reader.start();
          this.followers.forEach((follower, i) => this.followAll(follower, counts[i]));
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
      );
  }
}
