import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import {
  cursorsTopic,
  dueTopic,
  encodeRejected,
  topicSpecs,
  rejectedTopic,
  retriesTopic,
} from '@posthorn/contracts';
import {
  BatchProducer,
  KafkaBatchServer,
  KafkaConnection,
  type InRecord,
  type RecordBatch,
} from '@posthorn/messaging';
import {
  Database,
  HealthRegistry,
  kafkaLog,
  kafkaSettings,
  LOGGER,
  type MetricDefinition,
  Metrics,
  observeConsumer,
  observeProducer,
  ProjectionRunner,
  Spans,
  type Logger,
  type Rejection,
} from '@posthorn/runtime';
import { retrySchedulerMetrics } from './metrics.js';
import { migrations } from './migrations/index.js';
import { RetrySchedulerSettings } from './retry-scheduler.config.js';
import { RETRY_SCHEDULER_TRANSPORT } from './retry-scheduler.transport.js';
import { TimerProjection } from './timer.projection.js';
import { type TimerOptions, TimerService } from './timer.service.js';
import { TimerStore, type DeliveryTimer, type Waiting } from './timer.store.js';

const service = 'retry-scheduler';
const stopTimeoutMs = 3_000;
/** Cursors come all the time; a timer that is set 50 ms later is still set in time. */
const gatherMs = 50;

/**
 * Owns time. Timers of parked lanes and of single deliveries come from Kafka, wait in PostgreSQL and go
 * back to Kafka when they are due. Sends nothing to receivers, decides nothing. Survives crashes and
 * rivals (at least once), a broker and a database that go away.
 */
@Injectable()
export class RetrySchedulerService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly server: KafkaBatchServer;
  private readonly logger: Logger;
  private readonly kafka: KafkaConnection;
  private readonly database: Database;
  private readonly producer: BatchProducer;
  private readonly projection = new TimerProjection();
  private readonly runner: ProjectionRunner<InRecord>;
  private readonly store: TimerStore;
  private readonly timers: TimerService;

  constructor(
    @Inject(RetrySchedulerSettings) private readonly settings: RetrySchedulerSettings,
    @Inject(LOGGER) logger: Logger,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Spans) private readonly spans: Spans,
  ) {
    this.logger = logger.child({ module: service });
    this.kafka = new KafkaConnection(kafkaSettings(settings, service), kafkaLog(this.logger));
    this.database = new Database({
      url: settings.databaseUrl,
      schema: 'retry_scheduler',
      migrations,
      poolMax: settings.databasePoolMax,
      startTimeoutMs: settings.databaseStartTimeoutMs,
      logger: this.logger,
      metrics,
    });
    this.producer = new BatchProducer(this.kafka, {
      name: service,
      maxRecords: 10_000,
      maxBytes: 16 * 1024 * 1024,
      batchRecords: 500,
      // Below max.message.bytes of `due`, which counts a whole batch of one partition.
      batchBytes: 448 * 1024,
      lingerMs: 2,
    });
    this.runner = this.newRunner();
    this.server = new KafkaBatchServer({
      kafka: this.kafka,
      groupId: service,
      transportId: RETRY_SCHEDULER_TRANSPORT,
      coPartitioned: true,
      startPaused: true,
      fromBeginning: true,
      gatherMs,
      hooks: this.runner.hooks,
    });
    this.store = new TimerStore(this.database);
    this.timers = this.newTimers();
    this.observeTimers();
    observeProducer(metrics, this.producer, service);
    observeConsumer(metrics, { kafka: this.kafka, server: this.server, group: service });
  }

  async onModuleInit(): Promise<void> {
    await this.database.start();
    await this.kafka.ensureTopics(
      topicSpecs([cursorsTopic, retriesTopic, dueTopic, rejectedTopic], this.settings.partitions),
      this.settings.replicationFactor,
    );
    await this.producer.start();
    this.health.ready(`${service}.kafka`, () => this.server.ready || 'not in the consumer group');
    this.health.ready(`${service}.producer`, () => this.producer.state === 'up' || 'Kafka takes nothing');
    this.health.ready(
      `${service}.database`,
      async () => (await this.database.ping()) || 'PostgreSQL is away',
    );
    this.health.ready(`${service}.projection`, () => this.runner.ready || 'offsets are not known yet');
    this.timers.wake();
  }

  /** From the consumer: only queues. */
  take(batch: RecordBatch): void {
    this.runner.enqueue(batch);
  }

  /** Before the consumer leaves the group. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.timers.stop(stopTimeoutMs), this.runner.stop()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.producer.stop(stopTimeoutMs);
    await this.kafka.close();
    await this.database.stop();
  }

  private newRunner(): ProjectionRunner<InRecord> {
    const { bufferedRecordsMax, bufferedBytesMax } = this.settings;
    return new ProjectionRunner<InRecord>({
      server: () => this.server,
      kafka: this.kafka,
      database: this.database,
      logger: this.logger,
      name: service,
      topics: {
        [cursorsTopic.name]: (batch, tx) => this.projection.applyCursors(batch, tx),
        [retriesTopic.name]: (batch, tx) => this.projection.applyRetries(batch, tx),
      },
      rejected: (rejection) => this.reject(rejection, 'unusable'),
      metrics: this.metrics,
      spans: () => this.spans,
      maxBufferedRecords: bufferedRecordsMax,
      maxBufferedBytes: bufferedBytesMax,
      onApplied: (at) => this.timers.wake(this.projection.takeEarliest(at)),
      onAssigned: () => this.timers.wake(),
    });
  }

  private newTimers(): TimerService {
    const { leadMs, leaseMs, claimMax } = this.settings;
    return new TimerService(this.store, this.producer, this.logger, {
      leadMs,
      leaseMs,
      claimMax,
      partitions: () => this.partitions(),
      refused: (timer, error) => this.refuse(timer, error),
      late: this.lateness(),
      spans: this.spans,
    });
  }

  private partitions(): number[] {
    return [...new Set(this.runner.assigned.map(({ partition }) => partition))];
  }

  private observeTimers(): void {
    let asked: ReturnType<TimerStore['waiting']> | undefined;
    // Both gauges of one collection share the queries: they are asked in the same turn.
    const waiting = (): ReturnType<TimerStore['waiting']> => {
      if (!asked) {
        asked = this.store.waiting(this.partitions(), Date.now());
        queueMicrotask(() => (asked = undefined));
      }
      return asked;
    };
    const observe = (metric: MetricDefinition, value: (of: Waiting) => number): void =>
      this.metrics.observe(metric, async (observe) => {
        if (!this.database.up) return;
        for (const [timer, of] of Object.entries(await waiting()))
          observe(value(of), { 'posthorn.timer': timer });
      });
    observe(retrySchedulerMetrics.waiting, ({ timers }) => timers);
    observe(retrySchedulerMetrics.overdue, ({ overdueMs }) => overdueMs / 1_000);
  }

  private lateness(): TimerOptions['late'] {
    const series = (timer: string) =>
      this.metrics.histogram(retrySchedulerMetrics.lateness, { 'posthorn.timer': timer });
    const [lanes, deliveries] = [series('lane'), series('delivery')];
    return (timer, lateMs) => (timer === 'lane' ? lanes : deliveries).record(lateMs / 1_000);
  }

  private refuse({ partition, offset, key, message }: DeliveryTimer, error: Error): Promise<void> {
    const record = { offset, key: Buffer.from(key), value: message, headers: {}, timestamp: 0 };
    return this.reject({ topic: retriesTopic.name, partition, record, error }, 'refused');
  }

  private async reject(
    { topic, partition, record, error }: Rejection<InRecord>,
    code: string,
  ): Promise<void> {
    await this.producer.publish({
      topic: rejectedTopic.name,
      partition: 0,
      key: null,
      value: encodeRejected({
        service,
        topic: this.kafka.topicName(topic),
        partition,
        offset: record.offset,
        code,
        reason: error instanceof Error ? error.message : String(error),
        at: Date.now(),
        ...(record.key ? { key: record.key.toString('utf8') } : {}),
        original: record.value ?? Buffer.alloc(0),
      }),
    });
  }
}
