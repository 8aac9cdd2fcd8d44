import type { Producer, ProducerBatch, RecordMetadata, TopicMessages } from 'kafkajs';
import type { KafkaConnection } from './kafka-connection.js';
import type { OutRecord } from './batch-producer.js';
import { sendFailure } from './send-errors.js';
import { backoffMs, delay, settledWithin } from './waiting.js';

/** By position in the batch: an offset, or why this record can never be written. */
export type BatchResult = { offsets: number[]; errors: (Error | undefined)[] };

/**
 * The record itself is refused (too large, invalid, no such partition): it is out, the others are written.
 */
export class RecordRefused extends Error {
  override readonly name = 'RecordRefused';
}

type Item = { record: OutRecord; index: number };

const brokerTimeoutMs = 8_000;
const requestTimeoutMs = 10_000;

/**
 * Writes one batch at a time and repeats it until it is acknowledged. Never two at once: see BatchProducer.
 *
 * The same producer repeats the same records per partition, so the broker recognises what it has already
 * written. After any trouble the producer is replaced once the batch is through: a request that kafkajs had
 * given up may still fail late, and would then turn back the sequence numbers under a later batch.
 */
export class BatchSender {
  private producer: Producer | undefined;
  private connecting: Promise<Producer> | undefined;
  private failing = true;
  private reported = false;
  private troubled = false;
  private sending = false;

  constructor(
    private readonly kafka: KafkaConnection,
    private readonly name: string,
    private readonly stopping: AbortSignal,
  ) {}

  /** False from the first sign of trouble until the batch is through, and until the first connection. */
  get healthy(): boolean {
    return !this.failing;
  }

  /** Never rejects: `healthy` tells. */
  async connectOnce(): Promise<void> {
    try {
      await this.current();
      if (!this.sending) this.recovered();
    } catch (error) {
      this.failed('cannot connect', error);
    }
  }

  /** Tries until it is connected or stopped. */
  async connect(): Promise<void> {
    for (let failures = 1; !this.producer && !this.stopping.aborted; failures++) {
      await delay(backoffMs(failures), this.stopping);
      if (!this.stopping.aborted) await this.connectOnce();
    }
  }

  async deliver(records: readonly OutRecord[]): Promise<BatchResult> {
    const result: BatchResult = { offsets: new Array<number>(records.length).fill(-1), errors: [] };
    if (this.troubled) this.discard();
    this.sending = true;
    const items = records.map((record, index) => ({ record, index }));
    await this.deliverAll(items, result);
    this.sending = false;
    if (!this.stopping.aborted) this.recovered();
    return result;
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    if (producer) await settledWithin(2_000, producer.disconnect());
  }

  private async deliverAll(items: Item[], result: BatchResult): Promise<void> {
    let pending = items;
    let skipped = 0;
    for (let failures = 0; pending.length > 0 && !this.stopping.aborted;) {
      try {
        const producer = await this.current();
        const written = await producer.sendBatch(requestOf(this.kafka, pending));
        const left = this.takeOffsets(pending, written, result);
        if (left.length === 0) return;
        // kafkajs forgets a partition whose leader moves, during a send, to a broker that has already
        // answered; and it leaves out partitions that do not exist. Only the second stays so.
        pending = left;
        if (++skipped >= 3) return refuse(pending, result, 'no such partition');
      } catch (error) {
        failures++;
        this.failed('cannot write', error);
        const failure = sendFailure(error);
        if (failure !== 'repeat') this.discard();
        if (failure === 'record' && pending.length > 1) return this.deliverHalves(pending, result);
        if (failure === 'record') return refuse(pending, result, String(error));
        await delay(backoffMs(failures), this.stopping);
      }
    }
  }

  /**
   * Finds the refused record by halving: the others shall not wait for it. Order within a partition holds.
   */
  private async deliverHalves(items: Item[], result: BatchResult): Promise<void> {
    const half = items.length >> 1;
    await this.deliverAll(items.slice(0, half), result);
    // The first half was another batch to the broker than the one that failed: begin with fresh numbers.
    if (this.troubled) this.discard();
    await this.deliverAll(items.slice(half), result);
  }

  /** Answers with what was not acknowledged. */
  private takeOffsets(items: Item[], written: RecordMetadata[], result: BatchResult): Item[] {
    const next = new Map<string, number>();
    for (const { topicName, partition, baseOffset } of written) {
      next.set(`${topicName}/${partition}`, Number(baseOffset));
    }
    const left: Item[] = [];
    for (const item of items) {
      const key = `${this.kafka.topicName(item.record.topic)}/${item.record.partition}`;
      const offset = next.get(key);
      if (offset === undefined) left.push(item);
      else {
        result.offsets[item.index] = offset;
        next.set(key, offset + 1);
      }
    }
    return left;
  }

  /** The connected producer, a new one if need be. */
  private async current(): Promise<Producer> {
    if (this.producer) return this.producer;
    this.connecting ??= this.newProducer().finally(() => (this.connecting = undefined));
    const producer = await this.connecting;
    if (this.stopping.aborted) {
      void producer.disconnect().catch(() => undefined);
      throw new Error('stopped');
    }
    return (this.producer = producer);
  }

  private async newProducer(): Promise<Producer> {
    const closing = this.stopping;
    const client = this.kafka.newClient({ requestTimeoutMs, onTrouble: () => this.trouble(), closing });
    const producer = client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      retry: { retries: 2 },
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition as number,
    });
    try {
      await producer.connect();
    } catch (error) {
      void producer.disconnect().catch(() => undefined);
      throw error;
    }
    return producer;
  }

  /** The next `current()` makes a new one. The old one's sockets close when its last request has ended. */
  private discard(): void {
    const old = this.producer;
    this.producer = undefined;
    this.troubled = false;
    void old?.disconnect().catch(() => undefined);
  }

  /** An error entry of kafkajs: it fails and repeats by itself, for a while. */
  private trouble(): void {
    if (this.sending) this.troubled = this.failing = true;
  }

  private failed(what: string, error: unknown): void {
    this.failing = this.troubled = true;
    if (this.reported) return;
    this.reported = true;
    this.kafka.log('warn', `producer ${what}, repeating`, { producer: this.name, error: String(error) });
  }

  private recovered(): void {
    this.failing = false;
    if (!this.reported) return;
    this.reported = false;
    this.kafka.log('info', 'producer is up again', { producer: this.name });
  }
}

function refuse(items: Item[], result: BatchResult, reason: string): void {
  for (const { index, record } of items) {
    result.errors[index] = new RecordRefused(`${record.topic}/${record.partition}: ${reason}`);
  }
}

function requestOf(kafka: KafkaConnection, items: Item[]): ProducerBatch {
  const byTopic = new Map<string, TopicMessages>();
  for (const { record } of items) {
    let entry = byTopic.get(record.topic);
    if (!entry) byTopic.set(record.topic, (entry = { topic: kafka.topicName(record.topic), messages: [] }));
    const { partition, key, value, headers } = record;
    entry.messages.push({ partition, key, value, ...(headers ? { headers } : {}) });
  }
  return { acks: -1, timeout: brokerTimeoutMs, topicMessages: [...byTopic.values()] };
}
