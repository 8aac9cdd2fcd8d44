import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import {
  attemptsTopic,
  auditNotesTopic,
  cursorsTopic,
  directoryTopic,
  eventsTopic,
  keyUsesTopic,
  rejectedTopic,
  retriesTopic,
  subscriptionsTopic,
} from '@posthorn/contracts';
import { Database, HealthRegistry } from '@posthorn/runtime';
import { DirectoryClient } from './directory.client.js';
import { LogProducer } from './log-producer.client.js';
import { ProjectionService } from './projection.service.js';

const topics = [
  ...[eventsTopic, attemptsTopic, cursorsTopic, subscriptionsTopic, directoryTopic],
  ...[rejectedTopic, retriesTopic, keyUsesTopic, auditNotesTopic],
];

/**
 * Starts what delivery-log is made of before its consumer joins the group, and stops it in the other order.
 */
@Injectable()
export class DeliveryLogService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Database) private readonly database: Database,
    @Inject(DirectoryClient) private readonly directory: DirectoryClient,
    @Inject(ProjectionService) private readonly projections: ProjectionService,
    @Inject(LogProducer) private readonly producer: LogProducer,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.database.start();
    await this.producer.start(topics);
    await this.projections.start();
    await this.directory.start();
    this.reportHealth();
  }

  /** Before the consumer leaves the group. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.projections.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.directory.stop(), this.projections.stop(), this.producer.stop()]);
    await this.producer.close();
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
