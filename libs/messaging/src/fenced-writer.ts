import type { Producer, RecordMetadata, TopicMessages } from 'kafkajs';
import type { KafkaConnection } from './kafka-connection.js';
import { isFenced } from './send-errors.js';
import { delay, settledWithin } from './waiting.js';

export type TxRecord = {
  /** Short. */
  topic: string;
  partition: number;
  key: string;
  value: Buffer | string | null;
};

/** A newer writer has this partition. Nothing of the transaction is visible to anybody. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** The transaction may or may not be there: read the log to know. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/**
 * The next transaction meets CONCURRENT_TRANSACTIONS while the markers of the last one are written. kafkajs's
 * own first wait of 300 ms made a transaction last 219 ms; with these it is 12.
 */
const retry = { initialRetryTime: 5, maxRetryTime: 200, factor: 0.1, multiplier: 1.3, retries: 20 };
const transactionTimeoutMs = 10_000;
const requestTimeoutMs = 6_000;
/** Over the whole transaction, whatever its requests and their repeats do. */
const deadlineMs = 12_000;

/**
 * Writes for the owner of one partition, and for nobody else: every record goes out in a transaction of the
 * partition's transactional id, so the broker itself refuses an owner that was replaced. `fence` takes the
 * partition over; merely connecting would fence nobody, because kafkajs asks for the producer's epoch in the
 * first transaction.
 *
 * After any failure the writer is finished, and its owner with it: discard both and take over again.
 */
export class FencedWriter {
  private readonly producer: Producer;
  private readonly transactionalId: string;
  private readonly closing = new AbortController();
  private busy = false;
  private fenced = false;
  private done = false;
  private lastCommitStartedMs = -Infinity;

  constructor(
    private readonly kafka: KafkaConnection,
    { partition }: { partition: number },
  ) {
    this.transactionalId = kafka.transactionalId(partition);
    const closing = this.closing.signal;
    this.producer = kafka.newClient({ retry, requestTimeoutMs, quiet: true, closing }).producer({
      transactionalId: this.transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: transactionTimeoutMs,
      allowAutoTopicCreation: false,
      retry,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition as number,
    });
  }

  get finished(): boolean {
    return this.done;
  }

  /**
   * When the commit of the last successful transaction was sent: the broker held us for the owner after
   * that.
   */
  get lastCommitMs(): number {
    return this.lastCommitStartedMs;
  }

  /**
   * The first transaction. Once it is committed, every older writer of the partition is dead, and its open
   * transaction aborted. Resolves when a read-committed reader sees the records: a stable end that is asked
   * for after this covers them, and everything that any older writer has committed.
   */
  async fence(records: TxRecord[]): Promise<void> {
    if (this.fenced) throw new Error(`${this.transactionalId} has already fenced`);
    this.fenced = true;
    await this.run(records, true);
  }

  /** All records or none. One call at a time. */
  async commit(records: TxRecord[]): Promise<void> {
    if (!this.fenced) throw new Error(`${this.transactionalId} must fence first`);
    await this.run(records, false);
  }

  /** A transaction that is under way is left to its timeout or to the next owner. */
  async close(): Promise<void> {
    this.done = true;
    this.closing.abort();
    await settledWithin(2_000, this.producer.disconnect());
  }

  private async run(records: TxRecord[], fence: boolean): Promise<void> {
    if (this.done) throw new Error(`${this.transactionalId} is finished`);
    if (this.busy) throw new Error(`${this.transactionalId} is writing: one transaction at a time`);
    if (records.length === 0) throw new Error('a transaction needs a record');
    this.busy = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
    });
    try {
      this.lastCommitStartedMs = await Promise.race([this.transaction(records, fence), late]);
    } catch (error) {
      this.done = true;
      throw isFenced(error)
        ? new Fenced(`${this.transactionalId} belongs to a newer writer`, { cause: error })
        : new OutcomeUnknown(`${this.transactionalId}: ${String(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
      this.busy = false;
    }
  }

  /** Answers when the commit was sent. */
  private async transaction(records: TxRecord[], fence: boolean): Promise<number> {
    if (fence) await this.producer.connect();
    this.expectInTime();
    const transaction = await this.producer.transaction();
    let written: RecordMetadata[];
    try {
      this.expectInTime();
      written = await transaction.sendBatch({ acks: -1, topicMessages: this.messagesOf(records) });
      this.expectAll(records, written);
      this.expectInTime();
    } catch (error) {
      // Best effort, so that nothing of it hides what others write until the transaction's timeout.
      if (!isFenced(error)) void transaction.abort().catch(() => undefined);
      throw error;
    }
    const sentMs = performance.now();
    await transaction.commit();
    if (fence) await this.untilVisible(written);
    return sentMs;
  }

  /**
   * A commit is answered when it is certain, and before its markers are in the log: readers stop short of
   * it.
   */
  private async untilVisible(written: RecordMetadata[]): Promise<void> {
    for (const { topicName, partition, baseOffset } of written) {
      const short = this.kafka.shortName(topicName);
      for (let tries = 1; ; tries++) {
        this.expectInTime();
        const end = (await this.kafka.endOffsets(short)).get(partition);
        if (end && end.high > Number(baseOffset)) break;
        await delay(Math.min(tries * 2, 20));
      }
    }
  }

  /**
   * What was given up must not go on behind the back of whoever took over: its next step would fence them.
   */
  private expectInTime(): void {
    if (this.done) throw new Error('given up');
  }

  private messagesOf(records: TxRecord[]): TopicMessages[] {
    const byTopic = new Map<string, TopicMessages>();
    for (const { topic, partition, key, value } of records) {
      let entry = byTopic.get(topic);
      if (!entry) byTopic.set(topic, (entry = { topic: this.kafka.topicName(topic), messages: [] }));
      entry.messages.push({ partition, key, value });
    }
    return [...byTopic.values()];
  }

  /** kafkajs can leave a partition out when its leader moves during a send: that must not be committed. */
  private expectAll(records: TxRecord[], written: RecordMetadata[]): void {
    const there = new Set(written.map(({ topicName, partition }) => `${topicName}/${partition}`));
    for (const { topic, partition } of records) {
      if (!there.has(`${this.kafka.topicName(topic)}/${partition}`)) {
        throw new Error(`${topic}/${partition} was not written`);
      }
    }
  }
}
