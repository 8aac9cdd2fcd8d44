import {
  allTopics,
  attemptsTopic,
  cursorsTopic,
  dueTopic,
  eventsTopic,
  topicSpecs,
  subscriptionsTopic,
} from '@posthorn/contracts';
import { defaultEgressSettings, EgressClient } from '@posthorn/egress';
import { BatchProducer, KafkaBatchServer, KafkaConnection, LogReader } from '@posthorn/messaging';
import {
  HealthRegistry,
  kafkaLog,
  kafkaSettings,
  KeyRing,
  LOGGER,
  type Logger,
  Metrics,
  observeConsumer,
  observeProducer,
  SettingsError,
  Spans,
} from '@posthorn/runtime';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { DispatcherSettings } from './dispatcher.config.js';
import { DispatcherConsumer } from './dispatcher.consumer.js';
import { type DispatcherParts, DispatcherService } from './dispatcher.service.js';
import { producerBounds } from './outbox.js';
import { DISPATCHER_TRANSPORT, transportId } from './transport.js';

const PARTS = Symbol('posthorn.dispatcher.parts');

/** Starts the parts in order, and stops them in the opposite one. */
@Injectable()
export class DispatcherLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    @Inject(PARTS) private readonly parts: DispatcherParts,
    private readonly dispatcher: DispatcherService,
    @Inject(DISPATCHER_TRANSPORT) private readonly server: KafkaBatchServer,
    private readonly health: HealthRegistry,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { kafka, producer, reader, settings } = this.parts;
    const { partitions, replicationFactor } = settings;
    this.health.ready(
      'dispatcher.partitions',
      () => (this.server.ready && this.dispatcher.ready) || 'taking partitions over',
    );
    await kafka.ensureTopics(topicSpecs(allTopics, partitions), replicationFactor);
    await Promise.all([producer.start(), reader.start()]);
    this.dispatcher.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.dispatcher.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    const { egress, kafka, producer, reader } = this.parts;
    this.dispatcher.stop();
    await Promise.all([producer.stop(1_000), reader.stop(), egress.close(0)]);
    await kafka.close();
  }
}

@Module({})
export class DispatcherModule {
  static register(settings: DispatcherSettings): DynamicModule {
    return {
      module: DispatcherModule,
      controllers: [DispatcherConsumer],
      providers: [
        {
          provide: PARTS,
          inject: [LOGGER, Metrics, Spans],
          useFactory: (logger: Logger, metrics: Metrics, spans: Spans) =>
            partsOf(settings, logger, { metrics, spans }),
        },
        {
          provide: DispatcherService,
          inject: [PARTS],
          useFactory: (parts: DispatcherParts) => new DispatcherService(parts),
        },
        { provide: DISPATCHER_TRANSPORT, inject: [PARTS, DispatcherService], useFactory: server },
        DispatcherLifecycle,
      ],
    };
  }
}

function partsOf(
  settings: DispatcherSettings,
  logger: Logger,
  { metrics, spans }: { metrics: Metrics; spans: Spans },
): DispatcherParts {
  const kafka = new KafkaConnection(kafkaSettings(settings, 'posthorn-dispatcher'), kafkaLog(logger));
  const outcomes = producer(kafka, settings.sendMax);
  observeProducer(metrics, outcomes, 'dispatcher');
  return {
    kafka,
    reader: logReader(kafka),
    producer: outcomes,
    egress: egress(settings),
    keyRing: keyRing(settings),
    settings,
    metrics,
    spans,
  };
}

/**
 * Outcomes are never refused while Kafka is away: they wait, and no sends start. No delivery waits for the
 * one before it to be acknowledged, so outcomes may wait for each other a little.
 */
function producer(kafka: KafkaConnection, sendMax: number): BatchProducer {
  const batches = { batchRecords: 1_000, batchBytes: 384 * 1024, lingerMs: 20 };
  return new BatchProducer(kafka, {
    ...producerBounds(sendMax),
    ...batches,
    refuseWhenDown: false,
    name: 'dispatcher',
  });
}

function logReader(kafka: KafkaConnection): LogReader {
  const topics = [eventsTopic, cursorsTopic, subscriptionsTopic, attemptsTopic].map(({ name }) => name);
  return new LogReader(kafka, { groupId: 'dispatcher-reader', topics });
}

function egress({
  egressAllow,
  egressHttp,
  egressDns: servers,
  egressProxy,
  sendPerOriginMax,
  sendMax,
}: DispatcherSettings): EgressClient {
  return new EgressClient({
    ...defaultEgressSettings,
    allow: egressAllow,
    allowHttp: egressHttp,
    connectionsPerOrigin: sendPerOriginMax,
    maxSockets: sendMax,
    ...(servers.length > 0 ? { dns: { ...defaultEgressSettings.dns, servers } } : {}),
    ...(egressProxy ? { proxyUrl: egressProxy } : {}),
  });
}

function server({ kafka, settings, metrics }: DispatcherParts, service: DispatcherService): KafkaBatchServer {
  const batchServer = new KafkaBatchServer({
    kafka,
    groupId: 'dispatcher',
    transportId,
    coPartitioned: true,
    startPaused: true,
    fromBeginning: true,
    sessionTimeoutMs: settings.sessionTimeoutMs,
    heartbeatMs: 1_000,
    // Retries have waited for seconds.
    patientTopics: [dueTopic.name],
    hooks: {
      assigned: (partitions) => service.assigned(partitions),
      revoked: (partitions) => service.revoked(partitions),
      rebalancing: () => service.rebalancing(),
      shortened: (partition) => service.shortened(partition),
    },
  });
  service.consumeFrom(batchServer);
  if (metrics) observeConsumer(metrics, { kafka, server: batchServer, group: 'dispatcher' });
  return batchServer;
}

function keyRing({ secretKeys }: DispatcherSettings): KeyRing {
  try {
    return KeyRing.parse(secretKeys);
  } catch (error) {
    throw new SettingsError(`POSTHORN_SECRET_KEYS: ${(error as Error).message}`);
  }
}
