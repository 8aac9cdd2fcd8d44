import { RecordQueue } from './record-queue.js';
import { BatchSender } from './batch-sender.js';
import type { KafkaConnection } from './kafka-connection.js';
import { settledWithin } from './waiting.js';

export type OutRecord = {
  /** Short. */
  topic: string;
  partition: number;
  key: string | Buffer | null;
  value: Buffer | string | null;
  headers?: Record<string, string | Buffer>;
  /** Called once, in the order of the offers: with the offset, or with the reason why it was not written. */
  done?: (error: Error | null, offset: number) => void;
};

export type BatchProducerOptions = {
  /** For logs. */
  name: string;
  /** Bounds of everything that is not yet acknowledged, what is under way included. */
  maxRecords: number;
  maxBytes: number;
  /** Bounds of one request. Keep `batchBytes` below the topics' `max.message.bytes`. */
  batchRecords: number;
  batchBytes: number;
  /** At least this long between two requests unless a batch is full; a lone record never waits. */
  lingerMs: number;
  /** Default true: no new record is taken while a batch is being repeated. False: only the bounds refuse. */
  refuseWhenDown?: boolean;
};

/** Refused: the queue is at its bound, Kafka is away, or the producer is not running. Nothing was kept. */
export class ProducerUnavailable extends Error {
  override readonly name = 'ProducerUnavailable';
}

/** Not acknowledged before the producer stopped. A record that was under way may still have been written. */
export class ProducerStopped extends Error {
  override readonly name = 'ProducerStopped';
}

/** Batches are never further apart than this, so a request that hangs counts as failing after it. */
const slowSendMs = 3_000;

/**
 * Batches records and writes them one request at a time, idempotent, acks=all. One request at a time is a
 * matter of correctness: kafkajs rolls a sequence number back when a request fails, and a second request
 * meanwhile would take the same numbers for other records, which the broker acknowledges as repeats without
 * writing them.
 *
 * Survives a broker that is away for any time: the same batch is repeated until it is acknowledged. Nothing
 * accepted is lost while the process lives; a record can be written twice only when the broker has
 * forgotten or refused the producer in between.
 */
export class BatchProducer {
  /** For whoever measures: told of every batch that was acknowledged or refused. */
  onBatch: ((batch: { durationMs: number; sent: number; refused: number }) => void) | undefined;
  private readonly queue: RecordQueue;
  private readonly sender: BatchSender;
  private readonly stopping = new AbortController();
  private readonly idle = new Set<() => void>();
  private running = false;
  private pumpPlanned = false;
  private sendingSinceMs: number | undefined;
  private lastSendMs = -Infinity;
  private lingerTimer: NodeJS.Timeout | undefined;
  private flushing = 0;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly kafka: KafkaConnection,
    private readonly options: BatchProducerOptions,
  ) {
    this.queue = new RecordQueue(options.maxRecords, options.maxBytes);
    this.sender = new BatchSender(kafka, options.name, this.stopping.signal);
  }

  /** Resolves after the first try to connect, whatever came of it: `state` tells, and the tries go on. */
  async start(): Promise<void> {
    if (this.running || this.stopping.signal.aborted) return;
    this.running = true;
    await this.sender.connectOnce();
    void this.sender.connect();
  }

  /** `down` while a batch is being repeated or the first connection is awaited. */
  get state(): 'up' | 'down' {
    if (!this.sender.healthy) return 'down';
    const hangs = this.sendingSinceMs !== undefined && performance.now() - this.sendingSinceMs > slowSendMs;
    return hangs ? 'down' : 'up';
  }

  get queuedRecords(): number {
    return this.queue.records;
  }

  get queuedBytes(): number {
    return this.queue.bytes;
  }

  /** False, and nothing kept, at a bound or while down. */
  offer(record: OutRecord): boolean {
    return this.offerAll([record]);
  }

  /** All of them or none; they keep their order. */
  offerAll(records: readonly OutRecord[]): boolean {
    if (!this.running) return false;
    if (this.options.refuseWhenDown !== false && this.state === 'down') return false;
    if (!this.queue.add(records)) return false;
    this.plan();
    return true;
  }

  /** Resolves with the offset; rejects with ProducerUnavailable when the record was not taken. */
  publish(record: OutRecord): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, offset: number): void => {
        record.done?.(error, offset);
        if (error) reject(error);
        else resolve(offset);
      };
      if (!this.offer({ ...record, done })) {
        reject(new ProducerUnavailable(`producer ${this.options.name} is ${this.state}`));
      }
    });
  }

  /** Resolves when everything offered so far is settled. Waits as long as Kafka is away. */
  async flush(): Promise<void> {
    this.flushing++;
    try {
      while (this.queue.records > 0) {
        this.pump();
        await new Promise<void>((resolve) => this.idle.add(resolve));
      }
    } finally {
      this.flushing--;
    }
  }

  /** Takes nothing more, writes what it has for up to graceMs, then gives the rest back with an error. */
  async stop(graceMs: number): Promise<void> {
    if (!this.running) {
      this.stopping.abort();
      return;
    }
    this.running = false;
    await settledWithin(graceMs, this.flush());
    clearTimeout(this.lingerTimer);
    this.stopping.abort();
    this.settleRest();
    await settledWithin(2_000, this.loop);
    await this.sender.close();
  }

  /** At the end of this turn of the event loop: all records that one poll brought in share a request. */
  private plan(): void {
    if (this.pumpPlanned || this.sendingSinceMs !== undefined) return;
    this.pumpPlanned = true;
    setImmediate(() => {
      this.pumpPlanned = false;
      this.pump();
    });
  }

  private pump(): void {
    if (this.sendingSinceMs !== undefined || this.queue.records === 0) return;
    const waitMs = this.lastSendMs + this.options.lingerMs - performance.now();
    const { batchRecords, batchBytes } = this.options;
    const full = this.queue.records >= batchRecords || this.queue.bytes >= batchBytes;
    if (waitMs > 0 && !full && this.flushing === 0) {
      this.lingerTimer ??= setTimeout(() => {
        this.lingerTimer = undefined;
        this.pump();
      }, waitMs);
      return;
    }
    this.loop = this.send();
  }

  private async send(): Promise<void> {
    const batch = this.queue.take(this.options.batchRecords, this.options.batchBytes);
    this.sendingSinceMs = this.lastSendMs = performance.now();
    const results = await this.sender.deliver(batch);
    if (this.stopping.signal.aborted) return; // settled by stop()
    const refused = results.errors.reduce((sum, error) => sum + (error ? 1 : 0), 0);
    const durationMs = performance.now() - this.lastSendMs;
    this.onBatch?.({ durationMs, sent: batch.length - refused, refused });
    this.queue.release(batch);
    batch.forEach((record, i) => this.settle(record, results.errors[i] ?? null, results.offsets[i] ?? -1));
    this.sendingSinceMs = undefined;
    // Planned, not at once: what the callbacks' callers offer next shares the request.
    if (this.queue.records > 0) this.plan();
    this.wake();
  }

  private settle(record: OutRecord, error: Error | null, offset: number): void {
    try {
      record.done?.(error, error ? -1 : offset);
    } catch (thrown) {
      this.kafka.log('error', 'a done callback threw', { topic: record.topic, error: String(thrown) });
    }
  }

  private settleRest(): void {
    const rest = this.queue.takeAll();
    const error = new ProducerStopped(`producer ${this.options.name} stopped before it was acknowledged`);
    for (const record of rest) this.settle(record, error, -1);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.idle) resolve();
    this.idle.clear();
  }
}
