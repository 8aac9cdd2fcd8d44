import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { Tenant } from './tenants.js';

type Ends = Map<number, string>;

/**
 * Orders a replay as delivery-log does in the end: the dispatcher obeys what stands in
 * the tenant's partition of `events`.
 */
export class Replay {
  private readonly kafka: Kafka;
  private before: Ends = new Map();

  constructor(
    brokers: string[],
    private readonly topic: string,
  ) {
    this.kafka = new Kafka({ brokers, clientId: 'bench-replay', logLevel: logLevel.NOTHING });
  }

  /** From here on; nobody else publishes until `order`. */
  async mark(): Promise<void> {
    this.before = await this.ends();
  }

  /** What was published since `mark` is delivered again to the tenant's first subscription. */
  async order({ id: tenantId, subscriptions: [subscriptionId] }: Tenant): Promise<void> {
    const grown = [...(await this.ends())].filter(([partition, end]) => this.before.get(partition) !== end);
    if (grown.length !== 1) throw new Error(`the events of one tenant are in ${grown.length} partitions`);
    const [[partition, end]] = grown;
    const args = {
      replayId: `rpl_${randomUUID()}`,
      fromSeq: Number(this.before.get(partition) ?? 0),
      untilSeq: Number(end),
    };
    const head = { kind: 'command', id: randomUUID(), tenantId, subscriptionId, command: 'replay', args };
    const producer = this.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    // As libs/contracts encodes a control record: its head, and nothing behind it.
    const message = { key: tenantId, value: `${JSON.stringify(head)}\n`, partition };
    await producer.send({ topic: this.topic, messages: [message], acks: -1 });
    await producer.disconnect();
  }

  private async ends(): Promise<Ends> {
    const admin = this.kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(this.topic);
    await admin.disconnect();
    return new Map(offsets.map(({ partition, high }) => [partition, high]));
  }
}
