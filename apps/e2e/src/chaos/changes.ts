import { setTimeout as sleep } from 'node:timers/promises';
import { call, expect } from './api.js';
import type { Fleet } from './fleet.js';
import type { SubscriptionLedger } from './ledger.js';
import type { Random } from './random.js';

const everyMs = [1_000, 3_000] as const;
const pausedMs = [1_000, 4_000] as const;
const pausedShare = 0.4;

/**
 * What people do meanwhile: they rename subscriptions, and pause and resume them. None of it may lose or
 * reorder anything. Whatever the API could not take is asked for again.
 */
export class Changes {
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  done = 0;
  readonly problems: string[] = [];

  constructor(
    private readonly fleet: Fleet,
    private readonly subscriptions: readonly SubscriptionLedger[],
    private readonly random: Random,
  ) {}

  start(): void {
    this.running = this.run().catch((error) => void this.problems.push(`a change: ${String(error)}`));
  }

  /** Resolves when everything that was paused is resumed. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const subscription = this.subscriptions[Math.floor(this.random.next() * this.subscriptions.length)];
      if (this.random.next() < pausedShare) await this.pause(subscription);
      else await this.patch(subscription, { metadata: { changes: String(this.done) } });
      await sleep(this.random.between(...everyMs));
    }
  }

  private async pause(subscription: SubscriptionLedger): Promise<void> {
    await this.patch(subscription, { status: 'paused' });
    await sleep(this.random.between(...pausedMs));
    await this.patch(subscription, { status: 'active' });
  }

  private async patch({ id, tenant }: SubscriptionLedger, body: object): Promise<void> {
    const [{ url }] = this.fleet.all('subscription-api');
    const path = `${url}/v1/tenants/${tenant.id}/subscriptions/${id}`;
    await expect([200, 202], () => call('PATCH', path, { key: tenant.key, body }));
    this.done++;
  }
}
