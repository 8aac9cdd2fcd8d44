import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import {
  attemptsTopic,
  cursorsTopic,
  directoryTopic,
  eventsTopic,
  partitionsFor,
  rejectedTopic,
  subscriptionsTopic,
} from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import { Database, HealthRegistry } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { DirectoryClient } from './directory.client.js';
import { ProjectionService } from './projection.service.js';

const topics = [eventsTopic, attemptsTopic, cursorsTopic, subscriptionsTopic, directoryTopic, rejectedTopic];

/**
 * Starts what delivery-log is made of before its consumer joins the group, and stops it in the other order.
 */
@Injectable()
export class DeliveryLogService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(Database) private readonly database: Database,
    @Inject(DirectoryClient) private readonly directory: DirectoryClient,
    @Inject(ProjectionService) private readonly projections: ProjectionService,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.database.start();
    const { partitions, replicationFactor } = this.settings;
    await this.kafka.ensureTopics(
      topics.map((topic) => ({ ...topic, partitions: partitionsFor(topic, partitions) })),
      replicationFactor,
    );
    await this.projections.start();
    await this.directory.start();
    this.reportHealth();
  }

  /** Before the consumer leaves the group. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.projections.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.directory.stop(), this.projections.stop()]);
    await this.kafka.close();
    await this.database.stop();
  }

  private reportHealth(): void {
    const { health, projections, directory, database } = this;
    health.ready('delivery-log.kafka', () => projections.server.ready || 'not in the consumer group');
    health.ready('delivery-log.projection', () => projections.ready || 'offsets are not known yet');
    health.ready('delivery-log.database', async () => (await database.ping()) || 'PostgreSQL is away');
    health.ready('delivery-log.directory', () => directory.usable || 'keys and tenants are not known');
  }
}
