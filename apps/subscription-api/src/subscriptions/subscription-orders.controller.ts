import { Controller, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { IdempotencyInterceptor, AppError } from '@posthorn/runtime';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { type Tenant } from '../tenants/tenant.js';
import { orderNames } from './subscription-orders.js';
import { SubscriptionOrders, type Ordered } from './subscription-orders.service.js';

/** `retry`, `skip`, `pause`, `resume`, `disable`, `enable` of one subscription. A body is not looked at. */
@Controller('v1/tenants/:tenantId/subscriptions')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class SubscriptionOrdersController {
  constructor(@Inject(SubscriptionOrders) private readonly orders: SubscriptionOrders) {}

  @Post(':id/:order')
  @HttpCode(202)
  @Needs('manage')
  give(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Param('order') name: string,
  ): Promise<Ordered> {
    const order = orderNames.find((known) => known === name);
    if (!order) throw new AppError('not-found', `What can be ordered is ${orderNames.join(', ')}.`);
    return this.orders.give(tenant, author, id, order);
  }
}
