import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { DisablingService } from './disabling.service.js';
import { LaneHealth } from './lane-health.projection.js';

const lookMinMs = 250;
const lookMaxMs = 60_000;

/**
 * Looks for subscriptions that have been failing for too long. A look, because time passes without a record:
 * a lane that waits a day for its next attempt says nothing meanwhile.
 */
@Injectable()
export class FailingWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
    @Inject(LaneHealth) private readonly lanes: LaneHealth,
    @Inject(DisablingService) private readonly disabling: DisablingService,
  ) {}

  onApplicationBootstrap(): void {
    const { disableAfterFailingMs } = this.settings;
    if (disableAfterFailingMs === 0) return;
    const everyMs = Math.min(lookMaxMs, Math.max(lookMinMs, disableAfterFailingMs / 10));
    this.timer = setInterval(() => this.look(Date.now() - disableAfterFailingMs), everyMs);
    this.timer.unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(untilMs: number): void {
    // What was read half is not what is.
    if (!this.lanes.settled) return;
    for (const { tenantId, subscriptionId, failingSinceMs } of this.lanes.failingSince(untilMs))
      this.disabling.report({ tenantId, subscriptionId }, { cause: 'failing', failingSinceMs });
  }
}
