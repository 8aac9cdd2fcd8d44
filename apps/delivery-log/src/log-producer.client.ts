import { Inject, Injectable } from '@nestjs/common';
import { encodeKeyUse, keyUsesTopic, topicSpecs, type TopicDefinition } from '@posthorn/contracts';
import { BatchProducer, KafkaConnection, partitionFor } from '@posthorn/messaging';
import { Metrics, observeProducer } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';

const stopTimeoutMs = 3_000;
/** Who waits longer for an acknowledgement is told that there was none. */
const ackTimeoutMs = 8_000;

/** Kafka did not say that it has the record. It may have it. */
export class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';
}

export type TenantRecord = { tenantId: string; key: string; value: Buffer };

/** What delivery-log itself says to the other services: acks=all, one request at a time. */
@Injectable()
export class LogProducer {
  private readonly producer: BatchProducer;

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.producer = new BatchProducer(kafka, {
      name: 'delivery-log-orders',
      maxRecords: 1_000,
      maxBytes: 32 * 1024 * 1024,
      batchRecords: 100,
      batchBytes: 448 * 1024,
      lingerMs: 2,
    });
    observeProducer(metrics, this.producer, 'delivery-log.orders');
  }

  /** Makes the topics that are missing, too: whichever service comes first does. */
  async start(topics: readonly TopicDefinition[]): Promise<void> {
    const { partitions, replicationFactor } = this.settings;
    await this.kafka.ensureTopics(topicSpecs(topics, partitions), replicationFactor);
    await this.producer.start();
  }

  stop(): Promise<void> {
    return this.producer.stop(stopTimeoutMs);
  }

  /** Ends the connection of the whole service. */
  close(): Promise<void> {
    return this.kafka.close();
  }

  /**
   * Puts each record where its tenant's others are, in their order, and answers with their offsets.
   * @throws NotAcknowledged
   */
  async publish({ name }: TopicDefinition, records: readonly TenantRecord[]): Promise<number[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NotAcknowledged('Kafka does not answer')), ackTimeoutMs);
    });
    try {
      return await Promise.race([this.write(name, records), late]);
    } catch (cause) {
      if (cause instanceof NotAcknowledged) throw cause;
      throw new NotAcknowledged('Kafka did not take the record', { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nobody waits for it: one that is lost is told again a minute later. */
  tellKeyUse(keyId: string, at: number): void {
    const value = encodeKeyUse({ keyId, at });
    this.producer.offer({ topic: keyUsesTopic.name, partition: 0, key: keyId, value });
  }

  private async write(topic: string, records: readonly TenantRecord[]): Promise<number[]> {
    const partitions = await this.kafka.partitionCount(topic);
    return Promise.all(
      records.map(({ tenantId, key, value }) =>
        this.producer.publish({ topic, partition: partitionFor(tenantId, partitions), key, value }),
      ),
    );
  }
}
