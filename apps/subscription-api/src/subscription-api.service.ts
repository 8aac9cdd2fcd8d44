import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppError, HealthRegistry, isTransientDatabaseError, LOGGER, type Logger } from '@posthorn/runtime';
import { EventStore } from './aggregates/event.store.js';
import { FirstEntries } from './first-entries.service.js';
import { OutboxRelayService } from './outbox/outbox-relay.service.js';

const reopenMs = 2_000;

/**
 * Start and stop, in order. Nothing of it keeps HTTP from listening: while PostgreSQL is away, requests are
 * answered with 503, and while Kafka is away, changes with 202.
 */
@Injectable()
export class SubscriptionApiService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private failure: Error | undefined = new Error('starting');
  private opening: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(FirstEntries) private readonly first: FirstEntries,
    @Inject(OutboxRelayService) private readonly relay: OutboxRelayService,
    @Inject(HealthRegistry) health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    health.ready('subscription-api.start', () => this.failure?.message ?? true);
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
    this.stopping.abort();
    // Ends the wait for a database that is away.
    if (!this.events.isOpen) await this.events.close();
    await this.opening;
    await this.relay.stop();
    await this.events.close();
  }

  /** A database that is away is waited for, for as long as it takes; anything else needs somebody to look. */
  private async open(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.events.open();
        this.relay.start();
        await this.first.ensure();
        this.failure = undefined;
        return;
      } catch (error) {
        this.failure = error instanceof Error ? error : new Error(String(error));
        if (signal.aborted) return;
        this.logger.error({ err: error }, 'subscription-api cannot use its database');
        if (!isTransient(error)) return;
      }
      await delay(reopenMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof AppError ? error.retryable : isTransientDatabaseError(error);
}
