import { encodeCursors, laneKey, type LaneMessage } from '@posthorn/contracts';
import { partitionFor } from '@posthorn/messaging';
import { Kafka, logLevel, type Producer } from 'kafkajs';

/** Stands for the partitions' owner: writes what a dispatcher would. */
export class Owner {
  private constructor(
    private readonly producer: Producer,
    private readonly topic: string,
  ) {}

  static async open({ brokers, prefix }: { brokers: string[]; prefix: string }): Promise<Owner> {
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    return new Owner(producer, `${prefix}cursors.v1`);
  }

  /** Null: the lane is live again. */
  async say(
    { tenantId, id, lane = '0' }: { tenantId: string; id: string; lane?: string },
    message: object | null,
    timestamp = Date.now(),
  ): Promise<void> {
    const value =
      message && encodeCursors({ tenantId, subscriptionId: id, lane, cursor: 7, ...message } as LaneMessage);
    const record = { key: laneKey(tenantId, id, lane), value, partition: partitionFor(tenantId, 4) };
    await this.producer.send({
      topic: this.topic,
      messages: [{ ...record, timestamp: String(Math.round(timestamp)) }],
    });
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}

/** A lane parked at its third attempt, failing since a moment ago. */
export const parkedLane = (more: object = {}): object => ({
  kind: 'parked',
  attempt: 3,
  dueAt: Date.now() + 60_000,
  failingSince: Date.now() - 1_000,
  reason: 'failing',
  ...more,
});
