import type { BatchProducer, OutRecord } from '@posthorn/messaging';

/** Of the producer's queue: room for two records of each request under way, and for what waits beside it. */
export const producerBounds = (sendMax: number): { maxRecords: number; maxBytes: number } => ({
  maxRecords: Math.max(10_000, 3 * sendMax),
  maxBytes: 16 * 1024 * 1024,
});

/**
 * What the dispatcher tells the world: attempts, retries, rejected records. Nothing given to it is lost
 * while the
 * process lives: what the producer refuses at its bound waits here, and no send starts meanwhile (`hasRoom`).
 */
export class Outbox {
  private waiting: OutRecord[] = [];

  constructor(
    private readonly producer: Pick<BatchProducer, 'offer' | 'queuedRecords' | 'queuedBytes' | 'state'>,
    private readonly bounds: { maxRecords: number; maxBytes: number },
  ) {}

  /**
   * Whether the outcomes of `underWay` requests and of one more would find their place. Not while Kafka takes
   * nothing: what is sent then is sent again by a new owner if this process ends before it could say so.
   */
  hasRoom(underWay: number): boolean {
    if (this.producer.state === 'down') return false;
    const { maxRecords, maxBytes } = this.bounds;
    // Two records an outcome (attempt and retry); a quarter of the bytes is kept for what is already under
    // way.
    const records = this.producer.queuedRecords + 2 * (underWay + 1);
    return this.waiting.length === 0 && records <= maxRecords && this.producer.queuedBytes <= maxBytes * 0.75;
  }

  write(record: OutRecord): void {
    if (this.waiting.length > 0 || !this.producer.offer(record)) this.waiting.push(record);
  }

  /** Called every tick. */
  drain(): void {
    if (this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const record of waiting) this.write(record);
  }
}
