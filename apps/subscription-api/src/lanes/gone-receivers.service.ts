import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { subscriptionKey } from '@posthorn/contracts';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { SubscriptionService } from '../subscriptions/subscription.service.js';
import type { GoneReceiver } from './lane-table.js';

const retryMs = 2_000;
const pendingMax = 10_000;

/**
 * Disables what answered 410, one after the other. Every instance hears of it; the first one does it, and
 * the others find it done. Whoever has switched the subscription on again since has the last word. What
 * does not fit or is lost in a crash is found again in `cursors` at the next start.
 */
@Injectable()
export class GoneReceivers implements BeforeApplicationShutdown {
  private readonly pending = new Map<string, GoneReceiver>();
  private readonly stopping = new AbortController();
  private working: Promise<void> | undefined;

  constructor(
    @Inject(SubscriptionService) private readonly subscriptions: SubscriptionService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  report(gone: GoneReceiver): void {
    if (this.pending.size >= pendingMax) return;
    this.pending.set(subscriptionKey(gone.tenantId, gone.subscriptionId), gone);
    this.working ??= this.work();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    for (const [key, gone] of this.pending) {
      if (signal.aborted) break;
      try {
        if (await this.disable(gone))
          this.logger.info({ ...gone }, 'disabled: the receiver answered 410 Gone');
        if (this.pending.get(key) === gone) this.pending.delete(key);
      } catch (err) {
        this.logger.warn({ err, ...gone }, 'could not disable a receiver that is gone');
        // Iteration of a Map goes on with what is put at its end.
        this.pending.delete(key);
        this.pending.set(key, gone);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.working = undefined;
  }

  private disable({ tenantId, subscriptionId, atMs }: GoneReceiver): Promise<boolean> {
    return this.subscriptions.disable(
      tenantId,
      subscriptionId,
      'The receiver answered 410 Gone.',
      new Date(atMs),
    );
  }
}
