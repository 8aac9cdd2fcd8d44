import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import { EventStore, type Author, type Write } from '../aggregates/event.store.js';
import { LaneHealth } from '../lanes/lane-health.projection.js';
import type { Tenant } from '../tenants/tenant.js';
import { type OrderName, refusalOf, statusOrders } from './subscription-orders.js';
import { SubscriptionService } from './subscription.service.js';
import type { Subscription } from './subscription.js';
import { SubscriptionStore } from './subscription.store.js';

/** What was ordered. The partition's owner obeys at the order's place in the log. */
export type Ordered = {
  order: OrderName;
  subscriptionId: string;
  /** Of the command in the log; changes of the status are known by the version alone. */
  commandId?: string;
  status: Subscription['status'];
  version: number;
};

/**
 * Orders of people. Each is an event of the aggregate first, so that it is in its history, and a record in
 * the tenant's partition then, in one order with changes and events. Whether one makes sense is looked up in
 * what the lanes last said: one that comes at the wrong moment finds nothing to do, and harms nothing.
 */
@Injectable()
export class SubscriptionOrders {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(SubscriptionStore) private readonly store: SubscriptionStore,
    @Inject(SubscriptionService) private readonly subscriptions: SubscriptionService,
    @Inject(LaneHealth) private readonly lanes: LaneHealth,
  ) {}

  /** @throws AppError `not-found`, `conflict` */
  async give(tenant: Tenant, author: Author, id: string, order: OrderName): Promise<Ordered> {
    const { value } = await this.events.write(tenant.id, author, async (write) => {
      const before = await this.subscriptions.find(tenant, id, write);
      const refusal = refusalOf(order, before.status, this.lanes.known(tenant.id, id));
      if (refusal) throw new AppError('conflict', refusal);
      return this.carryOut(write, before, order);
    });
    return value;
  }

  private async carryOut(write: Write, before: Subscription, order: OrderName): Promise<Ordered> {
    if (order === 'retry' || order === 'skip') {
      const commandId = newId('cmd', randomBytes(17));
      // An owner that reads the order again after a takeover must not take it for one about the next event.
      const cursors = this.lanes.parkedAt(before.tenantId, before.id);
      const event = {
        type: `${order}-ordered` as const,
        payload: { commandId, ...(cursors && { cursors }) },
      };
      return orderedOf(await this.store.order(write, before, event), order, commandId);
    }
    const payload = { status: statusOrders[order].to };
    const change = { type: 'status-changed', payload } as const;
    return orderedOf(await this.store.append(write, before, [change], before), order);
  }
}

function orderedOf({ id, status, version }: Subscription, order: OrderName, commandId?: string): Ordered {
  return { order, subscriptionId: id, ...(commandId ? { commandId } : {}), status, version };
}
