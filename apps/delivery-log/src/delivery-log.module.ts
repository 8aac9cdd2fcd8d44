import { type DynamicModule, Module } from '@nestjs/common';
import { KafkaConnection, LogReader } from '@posthorn/messaging';
import { attemptsTopic, directoryTopic, subscriptionsTopic } from '@posthorn/contracts';
import {
  Database,
  IdempotencyInterceptor,
  IdempotencyStore,
  kafkaLog,
  kafkaSettings,
  LOGGER,
  type Logger,
  Metrics,
  observeConsumer,
  RateLimits,
} from '@posthorn/runtime';
import { BeginningService } from './beginning.service.js';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { DeliveryLogConsumer } from './delivery-log.consumer.js';
import { DeliveryLogController } from './delivery-log.controller.js';
import { DeliveryLogService } from './delivery-log.service.js';
import { DELIVERY_LOG_TRANSPORT } from './delivery-log.transport.js';
import { DeliveryStore } from './delivery.store.js';
import { DirectoryClient } from './directory.client.js';
import { ErasureService } from './erasure.service.js';
import { ErasureController } from './erasure.controller.js';
import { ErasureOrderStore } from './erasure-order.store.js';
import { EventStore } from './event.store.js';
import { ExportController } from './export.controller.js';
import { ExportService } from './export.service.js';
import { LogProducer } from './log-producer.client.js';
import { LogPurgeService } from './log-purge.service.js';
import { LOG_READER, STREAM_READER } from './log-reader.js';
import { JobMetrics } from './metrics.js';
import { migrations } from './migrations/index.js';
import { OutboxRelayService } from './outbox-relay.service.js';
import { PollController } from './poll.controller.js';
import { PollStore } from './poll.store.js';
import { ProjectionController } from './projection.controller.js';
import { ProjectionService } from './projection.service.js';
import { ReplayChunkStore } from './replay-chunk.store.js';
import { ReplayController } from './replay.controller.js';
import { ReplayPayloadService } from './replay-payload.service.js';
import { ReplayRunnerService } from './replay-runner.service.js';
import { ReplayService } from './replay.service.js';
import { ReplayStepService } from './replay-step.service.js';
import { ReplayStore } from './replay.store.js';
import { RetentionService } from './retention.service.js';
import { RetryOrderService } from './retry-order.service.js';
import { RuleBookService } from './rule-book.service.js';
import { RuleBookStore } from './rule-book.store.js';
import { StatisticsService } from './statistics.service.js';
import { StatisticsStore } from './statistics.store.js';
import { StatsController } from './stats.controller.js';
import { StreamController } from './stream.controller.js';
import { StreamService } from './stream.service.js';
import { WaitingStore } from './waiting.store.js';

/** Needs RuntimeModule (logger, health) beside it: startService brings it. */
@Module({})
export class DeliveryLogModule {
  static register(settings: DeliveryLogSettings): DynamicModule {
    return {
      module: DeliveryLogModule,
      controllers: [
        ErasureController,
        ExportController,
        DeliveryLogConsumer,
        DeliveryLogController,
        PollController,
        ProjectionController,
        ReplayController,
        StatsController,
        StreamController,
      ],
      providers: [
        { provide: DeliveryLogSettings, useValue: settings },
        { provide: KafkaConnection, useFactory: connection, inject: [DeliveryLogSettings, LOGGER] },
        { provide: Database, useFactory: database, inject: [DeliveryLogSettings, LOGGER, Metrics] },
        { provide: LOG_READER, useFactory: reader, inject: [KafkaConnection] },
        { provide: STREAM_READER, useFactory: streamReader, inject: [KafkaConnection] },
        {
          provide: DELIVERY_LOG_TRANSPORT,
          useFactory: transport,
          inject: [ProjectionService, KafkaConnection, Metrics],
        },
        // Nothing it answers is a secret: answers are kept as they are.
        {
          provide: IdempotencyStore,
          useFactory: (db: Database) => new IdempotencyStore(db),
          inject: [Database],
        },
        { provide: RateLimits, useValue: rateLimits(settings) },
        IdempotencyInterceptor,
        BeginningService,
        DeliveryLogService,
        DeliveryStore,
        DirectoryClient,
        ErasureService,
        ErasureOrderStore,
        EventStore,
        ExportService,
        JobMetrics,
        LogProducer,
        LogPurgeService,
        OutboxRelayService,
        PollStore,
        ProjectionService,
        ReplayChunkStore,
        ReplayPayloadService,
        ReplayRunnerService,
        ReplayService,
        ReplayStepService,
        ReplayStore,
        RetentionService,
        RetryOrderService,
        RuleBookService,
        RuleBookStore,
        StatisticsService,
        StatisticsStore,
        StreamService,
        WaitingStore,
      ],
      exports: [DELIVERY_LOG_TRANSPORT],
    };
  }
}

function transport(
  { server }: ProjectionService,
  kafka: KafkaConnection,
  metrics: Metrics,
): ProjectionService['server'] {
  observeConsumer(metrics, { kafka, server, group: 'delivery-log' });
  return server;
}

function connection(settings: DeliveryLogSettings, logger: Logger): KafkaConnection {
  return new KafkaConnection(kafkaSettings(settings, 'delivery-log'), kafkaLog(logger));
}

function rateLimits({ ratePerAddress, ratePerKey }: DeliveryLogSettings): RateLimits {
  return new RateLimits({ perAddress: ratePerAddress, perCaller: ratePerKey });
}

function reader(kafka: KafkaConnection): LogReader {
  return new LogReader(kafka, {
    groupId: 'delivery-log-reader',
    topics: [directoryTopic.name, subscriptionsTopic.name],
  });
}

function streamReader(kafka: KafkaConnection): LogReader {
  return new LogReader(kafka, { groupId: 'delivery-log-streams', topics: [attemptsTopic.name] });
}

function database(settings: DeliveryLogSettings, logger: Logger, metrics: Metrics): Database {
  return new Database({
    url: settings.databaseUrl,
    schema: 'delivery_log',
    migrations,
    poolMax: settings.databasePoolMax,
    startTimeoutMs: settings.databaseStartTimeoutMs,
    logger,
    metrics,
  });
}
