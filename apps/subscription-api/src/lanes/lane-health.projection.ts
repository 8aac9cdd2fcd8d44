import { Inject, Injectable } from '@nestjs/common';
import { cursorsTopic } from '@posthorn/contracts';
import { LogFollower } from '../log-follower.client.js';
import { GoneReceivers } from './gone-receivers.service.js';
import type { Health } from './health.js';
import { LaneTable, type GoneReceiver, type LaneRecord } from './lane-table.js';

const lanesMax = 200_000;

/**
 * How subscriptions are doing, from following `cursors`. People see it, and nothing is decided by it but
 * one thing: a receiver that answered 410 is disabled. Only what is still true at the end of the log counts
 * for that, not what a start reads on its way there.
 */
@Injectable()
export class LaneHealth {
  private readonly table = new LaneTable(lanesMax);
  /** By partition, until its end is reached: what is gone so far, by the lane's key. */
  private readonly unsaid = new Map<number, Map<string, GoneReceiver>>();
  private readonly caughtUp = new Set<number>();

  constructor(
    @Inject(LogFollower) follower: LogFollower,
    @Inject(GoneReceivers) private readonly gone: GoneReceivers,
  ) {
    follower.register({
      topic: cursorsTopic.name,
      onRecords: (partition, records) => records.forEach((record) => this.apply(partition, record)),
      onCaughtUp: (partition) => this.reportUnsaid(partition),
    });
  }

  of(tenantId: string, subscriptionId: string): Health {
    return this.table.of(tenantId, subscriptionId);
  }

  private apply(partition: number, record: LaneRecord): void {
    const gone = this.table.apply(record);
    if (this.caughtUp.has(partition)) {
      if (gone) this.gone.report(gone);
      return;
    }
    const unsaid = this.unsaid.get(partition) ?? new Map<string, GoneReceiver>();
    this.unsaid.set(partition, unsaid);
    if (gone) unsaid.set(String(record.key), gone);
    else unsaid.delete(String(record.key));
  }

  private reportUnsaid(partition: number): void {
    this.caughtUp.add(partition);
    for (const gone of this.unsaid.get(partition)?.values() ?? []) this.gone.report(gone);
    this.unsaid.delete(partition);
  }
}
