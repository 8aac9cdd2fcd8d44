import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { KafkaBatchServer, KafkaConnection } from '@posthorn/messaging';
import { kafkaLog, kafkaSettings, LOGGER, type Logger, Metrics, observeConsumer } from '@posthorn/runtime';
import { AckWait } from './ack-wait.js';
import { DirectoryClient } from './directory.client.js';
import { EventIngestSettings } from './event-ingest.config.js';
import { EVENT_INGEST_TRANSPORT, EventIngestConsumer } from './event-ingest.consumer.js';
import { EventIngestController } from './event-ingest.controller.js';
import { EventIngestService } from './event-ingest.service.js';
import { EventLog } from './event-log.client.js';
import { InboxService } from './inbox.service.js';
import { IngestSpans } from './ingest-spans.js';
import { IngestMetrics } from './metrics.js';
import { PublishRoute } from './publish-route.js';
import { RepeatedRequests } from './repeated-requests.js';

/** Starts and stops the parts in order. */
@Injectable()
export class EventIngestLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    private readonly kafka: KafkaConnection,
    private readonly directory: DirectoryClient,
    private readonly log: EventLog,
    private readonly inbox: InboxService,
  ) {}

  /** Not awaited: the service says "not ready" over HTTP while it waits for Kafka. */
  onApplicationBootstrap(): void {
    void this.log.start().then(() => this.directory.start());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.inbox.drain();
  }

  /** HTTP and the consumer have ended: nothing is offered any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.log.stop();
    await this.directory.stop();
    await this.kafka.close();
  }
}

@Module({})
export class EventIngestModule {
  static register(settings: EventIngestSettings): DynamicModule {
    return {
      module: EventIngestModule,
      controllers: [EventIngestController, EventIngestConsumer],
      providers: [
        { provide: EventIngestSettings, useValue: settings },
        { provide: KafkaConnection, useFactory: connection, inject: [EventIngestSettings, LOGGER] },
        { provide: AckWait, useFactory: ackWait, inject: [EventIngestSettings, EventLog] },
        {
          provide: EVENT_INGEST_TRANSPORT,
          useFactory: transport,
          inject: [KafkaConnection, InboxService, Metrics],
        },
        DirectoryClient,
        EventIngestLifecycle,
        EventLog,
        EventIngestService,
        InboxService,
        IngestMetrics,
        IngestSpans,
        PublishRoute,
        { provide: RepeatedRequests, useValue: new RepeatedRequests() },
      ],
      exports: [EVENT_INGEST_TRANSPORT],
    };
  }
}

function connection(settings: EventIngestSettings, logger: Logger): KafkaConnection {
  return new KafkaConnection(kafkaSettings(settings, 'event-ingest'), kafkaLog(logger));
}

function ackWait({ ackTimeoutMs }: EventIngestSettings, log: EventLog): AckWait {
  return new AckWait(ackTimeoutMs, () => !log.open);
}

function transport(kafka: KafkaConnection, inbox: InboxService, metrics: Metrics): KafkaBatchServer {
  const server = new KafkaBatchServer({
    kafka,
    groupId: 'event-ingest',
    transportId: EVENT_INGEST_TRANSPORT,
    coPartitioned: false,
    startPaused: false,
    fromBeginning: true,
    hooks: {
      revoked: (partitions) => inbox.revoked(partitions),
      shortened: (partition, position) => inbox.shortened(partition, position),
    },
  });
  inbox.attach(server);
  observeConsumer(metrics, { kafka, server, group: 'event-ingest' });
  return server;
}
