import { Inject, Injectable } from '@nestjs/common';
import { cursorsTopic, subscriptionKey } from '@posthorn/contracts';
import { partitionFor } from '@posthorn/messaging';
import { HealthRegistry } from '@posthorn/runtime';
import { LogFollower } from '../log-follower.client.js';
import { Announcer } from '../operational/announcer.service.js';
import { DisablingService } from './disabling.service.js';
import type { Health } from './health.js';
import {
  LaneTable,
  type LaneNews,
  type LaneRecord,
  type Standing,
  type SubscriptionRef,
} from './lane-table.js';

const lanesMax = 200_000;

/**
 * How subscriptions are doing, from following `cursors`. People see it; what it decides is that receivers
 * that are gone or fail for days are disabled, and what tenants are told of that. Only what is still true at
 * the end of the log counts, not what a start reads on its way there.
 */
@Injectable()
export class LaneHealth {
  private readonly table = new LaneTable(lanesMax);
  /** By partition, until its end is reached: which subscriptions were read of. */
  private readonly unsaid = new Map<number, Map<string, SubscriptionRef>>();
  private readonly caughtUp = new Set<number>();
  private partitions = Infinity;
  private readonly startedMs = Date.now();

  constructor(
    @Inject(LogFollower) follower: LogFollower,
    @Inject(DisablingService) private readonly disabling: DisablingService,
    @Inject(Announcer) private readonly announcer: Announcer,
    @Inject(HealthRegistry) health: HealthRegistry,
  ) {
    health.ready('subscription-api.lanes', () => this.settled || 'lanes have not been read to their end yet');
    follower.register({
      topic: cursorsTopic.name,
      onFollowing: (partitions) => (this.partitions = partitions),
      onRecords: (partition, records) => records.forEach((record) => this.apply(partition, record)),
      onCaughtUp: (partition) => this.reportUnsaid(partition),
    });
  }

  of(tenantId: string, subscriptionId: string): Health {
    return this.table.of({ tenantId, subscriptionId });
  }

  /** Undefined as long as the start has not read all that there is of the tenant. */
  known(tenantId: string, subscriptionId: string): Health | undefined {
    const isKnown = this.caughtUp.has(partitionFor(tenantId, this.partitions));
    return isKnown ? this.of(tenantId, subscriptionId) : undefined;
  }

  /** Where its parked lanes wait; undefined where `known` is. */
  parkedAt(tenantId: string, subscriptionId: string): number[] | undefined {
    return this.known(tenantId, subscriptionId) && this.table.parkedAt({ tenantId, subscriptionId });
  }

  /** Every partition has been read to the end it had at the start. */
  get settled(): boolean {
    return this.caughtUp.size >= this.partitions;
  }

  failingSince(untilMs: number): Iterable<Standing> {
    return this.table.failingSince(untilMs);
  }

  private apply(partition: number, record: LaneRecord): void {
    const news = this.table.apply(record);
    if (!news) return;
    if (this.caughtUp.has(partition)) {
      this.act(news);
      return;
    }
    const { tenantId, subscriptionId } = news;
    const unsaid = this.unsaid.get(partition) ?? new Map<string, SubscriptionRef>();
    this.unsaid.set(
      partition,
      unsaid.set(subscriptionKey(tenantId, subscriptionId), { tenantId, subscriptionId }),
    );
  }

  private act(news: LaneNews): void {
    // Who is gone is disabled, and that is told.
    if (news.gone) this.disabling.report(news, { cause: 'gone', atMs: news.atMs });
    else if (news.turn === 'failing') this.sayFailing(this.table.standingOf(news), true);
    if (news.turn === 'recovered') this.announcer.recovered(news, news.atMs);
  }

  private reportUnsaid(partition: number): void {
    this.caughtUp.add(partition);
    for (const ref of this.unsaid.get(partition)?.values() ?? []) {
      const standing = this.table.standingOf(ref);
      if (standing.goneAtMs !== undefined)
        this.disabling.report(ref, { cause: 'gone', atMs: standing.goneAtMs });
      else this.sayFailing(standing, false);
    }
    this.unsaid.delete(partition);
    if (this.settled) this.announcer.reconcile((ref) => this.table.adopt(ref), this.startedMs);
  }

  private sayFailing({ tenantId, subscriptionId, worst }: Standing, seen: boolean): void {
    if (!worst) return;
    const { lane, atMs: seenMs } = worst;
    const { reason, attempt, failingSince: sinceMs, dueAt: nextAttemptAtMs } = lane;
    const trouble = { seenMs, sinceMs, reason, attempt, nextAttemptAtMs };
    this.announcer.failing({ tenantId, subscriptionId }, trouble, seen);
  }
}
