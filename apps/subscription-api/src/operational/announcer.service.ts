import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { EventStore } from '../aggregates/event.store.js';
import type { SubscriptionRef } from '../lanes/lane-table.js';
import { SubscriptionStore } from '../subscriptions/subscription.store.js';
import type { Trouble } from './news.js';
import { NewsStore } from './news.store.js';

const retryMs = 2_000;
const pendingMax = 10_000;
const author = { actor: 'system:receiver' };

/**
 * How long before a start an incident must have begun for its end to be taken from the lanes' silence. What
 * is younger may have begun beyond the end that this start has read to.
 */
const silenceMs = 60_000;

/**
 * Tells tenants that ask for it how their subscriptions are doing, in the order of what was seen. Every
 * instance tells all it sees; NewsStore knows what was told before. What is lost in a crash or does not fit
 * is made good by the next start, as far as it is still true then.
 */
@Injectable()
export class Announcer implements BeforeApplicationShutdown {
  private readonly pending: (() => Promise<void>)[] = [];
  private readonly stopping = new AbortController();
  private working: Promise<void> | undefined;

  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(SubscriptionStore) private readonly subscriptions: SubscriptionStore,
    @Inject(NewsStore) private readonly news: NewsStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** `seen`: it happened while this process looked; otherwise a start found it so. */
  failing({ tenantId, subscriptionId }: SubscriptionRef, trouble: Trouble, seen: boolean): void {
    this.plan(async () => {
      if (!(await this.news.isAnyoneListening(tenantId))) return;
      await this.events.write(tenantId, author, async (write) => {
        const state = await this.subscriptions.find(tenantId, subscriptionId, write);
        if (state) await this.news.failing(write, state, trouble, seen);
      });
    });
  }

  recovered({ tenantId, subscriptionId }: SubscriptionRef, atMs: number): void {
    this.plan(async () => {
      if (!(await this.news.isOpen(tenantId, subscriptionId))) return;
      await this.events.write(tenantId, author, async (write) => {
        const state = await this.subscriptions.find(tenantId, subscriptionId, write);
        if (state) await this.news.recovered(write, state, atMs);
      });
    });
  }

  /**
   * What was open when an earlier process ended: where lanes still stand they end it one day, where none
   * does it is over. `adopt` tells which.
   */
  reconcile(adopt: (ref: SubscriptionRef) => boolean, startedMs: number): void {
    this.plan(async () => {
      for (const incident of await this.news.openIncidents(pendingMax))
        if (!adopt(incident) && incident.seenMs < startedMs - silenceMs) this.recovered(incident, Date.now());
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private plan(job: () => Promise<void>): void {
    if (this.pending.length >= pendingMax) {
      this.logger.warn({ pending: pendingMax }, 'too much to tell: an operational event is left out');
      return;
    }
    this.pending.push(job);
    this.working ??= this.work();
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && this.pending.length > 0) {
      try {
        await this.pending[0]();
        this.pending.shift();
      } catch (err) {
        // A start may find something to tell before its tables are there.
        if (this.events.isOpen) this.logger.warn({ err }, 'an operational event cannot be told yet');
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.working = undefined;
  }
}
