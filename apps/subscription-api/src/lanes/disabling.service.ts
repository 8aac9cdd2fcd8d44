import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { subscriptionKey } from '@posthorn/contracts';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { SubscriptionService } from '../subscriptions/subscription.service.js';
import { disablingOf, type Evidence } from './disabling.js';
import type { SubscriptionRef } from './lane-table.js';

const retryMs = 2_000;
const pendingMax = 10_000;

/**
 * Disables what answered 410 or failed for days, one after the other. Every instance hears of it; the first
 * one does it, and the others find it done. Whoever has switched the subscription on again since has the
 * last word. What does not fit or is lost in a crash is found again in `cursors`: what fails by the next
 * look, what is gone at the next start.
 */
@Injectable()
export class DisablingService implements BeforeApplicationShutdown {
  private readonly pending = new Map<string, { at: SubscriptionRef; evidence: Evidence }>();
  private readonly stopping = new AbortController();
  private working: Promise<void> | undefined;

  constructor(
    @Inject(SubscriptionService) private readonly subscriptions: SubscriptionService,
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  report(at: SubscriptionRef, evidence: Evidence): void {
    const key = subscriptionKey(at.tenantId, at.subscriptionId);
    if (this.pending.size >= pendingMax && !this.pending.has(key)) return;
    // That a receiver is gone says more than that it fails.
    if (evidence.cause === 'failing' && this.pending.has(key)) return;
    this.pending.set(key, { at, evidence });
    this.working ??= this.work();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    for (const [key, job] of this.pending) {
      if (signal.aborted) break;
      const { at, evidence } = job;
      const fields = { tenantId: at.tenantId, subscriptionId: at.subscriptionId, cause: evidence.cause };
      try {
        if (await this.disable(at, evidence)) this.logger.info(fields, 'disabled by what its receiver does');
        if (this.pending.get(key) === job) this.pending.delete(key);
      } catch (err) {
        this.logger.warn({ err, ...fields }, 'could not disable a subscription');
        // Iteration of a Map goes on with what is put at its end.
        this.pending.delete(key);
        this.pending.set(key, job);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.working = undefined;
  }

  private disable({ tenantId, subscriptionId }: SubscriptionRef, evidence: Evidence): Promise<boolean> {
    const { disableAfterFailingMs: limitMs } = this.settings;
    return this.subscriptions.disable(tenantId, subscriptionId, (before) =>
      disablingOf(before, evidence, { limitMs, nowMs: Date.now() }),
    );
  }
}
