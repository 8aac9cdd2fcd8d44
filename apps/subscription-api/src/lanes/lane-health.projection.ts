import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { cursorsTopic } from '@posthorn/contracts';
import { KafkaConnection, LogReader, type InRecord } from '@posthorn/messaging';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { GoneReceivers } from './gone-receivers.service.js';
import type { Health } from './health.js';
import { LaneTable, type GoneReceiver } from './lane-table.js';

const lanesMax = 200_000;
const reconnectMs = 500;
const pingMs = 1_000;

/**
 * How subscriptions are doing, from following `cursors`. In memory, read again from the beginning at every
 * start; people see it, and nothing is decided by it but one thing: a receiver that answered 410 is disabled.
 * Only what is still true at the end of the log counts for that, not what a start reads on its way there.
 */
@Injectable()
export class LaneHealth implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly table = new LaneTable(lanesMax);
  private readonly stopping = new AbortController();
  private readonly reader: LogReader;
  private following: Promise<void> = Promise.resolve();

  constructor(
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(GoneReceivers) private readonly gone: GoneReceivers,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.reader = new LogReader(kafka, { groupId: 'subscription-api-lanes', topics: [cursorsTopic.name] });
  }

  onApplicationBootstrap(): void {
    this.following = this.follow();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.following;
    await this.reader.stop();
  }

  of(tenantId: string, subscriptionId: string): Health {
    return this.table.of(tenantId, subscriptionId);
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if (await this.kafka.ping(pingMs)) {
          // Rejects until the topic has been made.
          const partitions = await this.kafka.partitionCount(cursorsTopic.name);
          if (signal.aborted) return;
          await this.reader.start();
          for (let partition = 0; partition < partitions; partition++) this.followPartition(partition);
          return;
        }
      } catch (err) {
        this.logger.debug({ err }, 'lanes cannot be followed yet');
      }
      await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private followPartition(partition: number): void {
    let caughtUp = false;
    /** What is gone so far, by key; replaced by whatever its lane says next. */
    const unsaid = new Map<string, GoneReceiver>();
    const onRecords = (records: InRecord[]): void => {
      for (const record of records) {
        const gone = this.table.apply(record);
        if (caughtUp && gone) this.gone.report(gone);
        else if (gone) unsaid.set(String(record.key), gone);
        else unsaid.delete(String(record.key));
      }
    };
    const onCaughtUp = (): void => {
      caughtUp = true;
      for (const gone of unsaid.values()) this.gone.report(gone);
      unsaid.clear();
    };
    this.reader.follow(cursorsTopic.name, partition, 'earliest', onRecords, onCaughtUp);
  }
}
