import { Inject, Injectable } from '@nestjs/common';
import {
  attemptsTopic,
  cursorsTopic,
  encodeRejected,
  eventsTopic,
  rejectedTopic,
  subscriptionsTopic,
} from '@posthorn/contracts';
import {
  BatchProducer,
  type InRecord,
  KafkaBatchServer,
  KafkaConnection,
  type RecordBatch,
} from '@posthorn/messaging';
import { Database, LOGGER, type Logger, ProjectionRunner, type Rejection, Spans } from '@posthorn/runtime';
import { BookGate } from './book-gate.js';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { DELIVERY_LOG_TRANSPORT } from './delivery-log.transport.js';
import { DeliveryProjection } from './delivery.projection.js';
import { EventProjection } from './event.projection.js';
import { LaneProjection } from './lane.projection.js';
import { RuleBookService } from './rule-book.service.js';
import { RuleBookStore } from './rule-book.store.js';
import { SubscriptionProjection } from './subscription.projection.js';

const service = 'delivery-log';
const stopTimeoutMs = 3_000;
/** At a few events a second each would be a fetch and a transaction of its own. */
const gatherMs = 100;
/** A transaction costs as much as a hundred rows. */
const applyGatherMs = 250;

/**
 * Turns the four topics into tables. Survives crashes, rivals, a broker and a database that go away:
 * offsets stand with the rows, so what was not written is read again.
 */
@Injectable()
export class ProjectionService {
  readonly server: KafkaBatchServer;
  private readonly runner: ProjectionRunner<InRecord>;
  private readonly producer: BatchProducer;
  @Inject(Spans) private readonly spans!: Spans;

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(Database) private readonly database: Database,
    @Inject(RuleBookService) private readonly ruleBooks: RuleBookService,
    @Inject(RuleBookStore) private readonly books: RuleBookStore,
  ) {
    // Carries nothing but records that could not be used.
    this.producer = new BatchProducer(kafka, {
      name: service,
      maxRecords: 1_000,
      maxBytes: 8 * 1024 * 1024,
      batchRecords: 100,
      batchBytes: 448 * 1024,
      lingerMs: 5,
    });
    this.runner = this.newRunner();
    this.server = new KafkaBatchServer({
      kafka,
      groupId: service,
      transportId: DELIVERY_LOG_TRANSPORT,
      coPartitioned: true,
      startPaused: true,
      fromBeginning: true,
      gatherMs,
      hooks: this.runner.hooks,
    });
  }

  /** What the consumer needs before it joins its group. */
  async start(): Promise<void> {
    await this.producer.start();
  }

  /** From the consumer: only queues. */
  take(batch: RecordBatch): void {
    this.runner.enqueue(batch);
  }

  get ready(): boolean {
    return this.runner.ready;
  }

  /** How far what can be asked for is behind what has happened. */
  get delayMs(): number {
    return this.runner.delayMs;
  }

  /** Writes what has been read, and takes nothing more. */
  async drain(): Promise<void> {
    this.ruleBooks.stop();
    await this.runner.stop();
  }

  /** After the consumer has left its group. */
  async stop(): Promise<void> {
    await this.producer.stop(stopTimeoutMs);
  }

  private newRunner(): ProjectionRunner<InRecord> {
    const { bufferedRecordsMax, bufferedBytesMax, batchRecordsMax } = this.settings;
    const events = new EventProjection(this.books);
    const deliveries = new DeliveryProjection(this.books);
    const lanes = new LaneProjection();
    const subscriptions = new SubscriptionProjection(this.books);
    return new ProjectionRunner<InRecord>({
      server: new BookGate(
        () => this.server,
        (partition) => this.ruleBooks.complete(partition),
      ),
      kafka: this.kafka,
      database: this.database,
      logger: this.logger,
      name: service,
      topics: {
        [eventsTopic.name]: events,
        [attemptsTopic.name]: deliveries,
        [cursorsTopic.name]: (batch, tx) => lanes.apply(batch, tx),
        [subscriptionsTopic.name]: (batch, tx) => subscriptions.apply(batch, tx),
      },
      rejected: (rejection) => this.reject(rejection),
      maxBufferedRecords: bufferedRecordsMax,
      maxBufferedBytes: bufferedBytesMax,
      applyMaxRecords: batchRecordsMax,
      concurrency: 2,
      metrics: this.database.metrics,
      spans: () => this.spans,
      gatherMs: applyGatherMs,
      onRevoked: (partitions) => {
        for (const { partition } of partitions) this.books.drop(partition);
      },
    });
  }

  private async reject({ topic, partition, record, error }: Rejection<InRecord>): Promise<void> {
    await this.producer.publish({
      topic: rejectedTopic.name,
      partition: 0,
      key: null,
      value: encodeRejected({
        service,
        topic: this.kafka.topicName(topic),
        partition,
        offset: record.offset,
        code: 'unusable',
        reason: error instanceof Error ? error.message : String(error),
        at: Date.now(),
        ...(record.key ? { key: record.key.toString('utf8') } : {}),
        original: record.value ?? Buffer.alloc(0),
      }),
    });
  }
}
