import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HealthRegistry, LOGGER, type Logger } from '@posthorn/runtime';
import { EventStore } from './aggregates/event.store.js';
import { ApiKeyService } from './keys/api-key.service.js';
import { OutboxRelayService } from './outbox/outbox-relay.service.js';
import { SubscriptionApiSettings } from './subscription-api.config.js';

/**
 * Start and stop, in order. Nothing of it keeps HTTP from listening: while PostgreSQL is away, requests are
 * answered with 503, and while Kafka is away, changes with 202.
 */
@Injectable()
export class SubscriptionApiService implements OnApplicationBootstrap, OnApplicationShutdown {
  private isOpen = false;
  private failure: Error | undefined;
  private opening: Promise<void> = Promise.resolve();

  constructor(
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(ApiKeyService) private readonly keys: ApiKeyService,
    @Inject(OutboxRelayService) private readonly relay: OutboxRelayService,
    @Inject(HealthRegistry) health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    health.ready('subscription-api start', () => this.failure?.message ?? (this.isOpen || 'starting'));
  }

  onApplicationBootstrap(): void {
    this.relay.connect();
    this.opening = this.open();
  }

  /** Resolves when the tables are there and the operator's key is known. */
  async started(): Promise<void> {
    await this.opening;
    if (this.failure) throw this.failure;
  }

  /** After HTTP has stopped: until then, writes in flight wait for the relay. */
  async onApplicationShutdown(): Promise<void> {
    // Ends the wait for a database that is away.
    if (!this.events.isOpen) await this.events.close();
    await this.opening;
    await this.relay.stop();
    await this.events.close();
  }

  private async open(): Promise<void> {
    try {
      await this.events.open();
      this.relay.start();
      await this.keys.ensureOperatorKey(this.settings.adminKey);
      this.isOpen = true;
    } catch (error) {
      // Live, not ready: whoever runs it sees why, and what else is in this process goes on.
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.logger.error({ err: error }, 'subscription-api cannot use its database');
    }
  }
}
