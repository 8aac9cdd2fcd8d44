import { BadRequestException, Body, Controller, Inject, Param, Post, Put } from '@nestjs/common';
import type { Order, OrderStatus } from './order.entity.js';
import { OrdersService } from './orders.service.js';

const statuses: readonly unknown[] = ['placed', 'shipped', 'cancelled'] satisfies OrderStatus[];

@Controller('tenants/:tenantId/orders')
export class OrdersController {
  constructor(@Inject(OrdersService) private readonly orders: OrdersService) {}

  @Post()
  place(@Param('tenantId') tenantId: string, @Body() body?: { totalCents?: unknown }): Promise<Order> {
    const totalCents = body?.totalCents;
    if (!Number.isInteger(totalCents)) throw new BadRequestException('totalCents must be a whole number');
    return this.orders.place(tenantId, totalCents as number);
  }

  @Put(':id/status')
  setStatus(
    @Param('tenantId') tenantId: string,
    @Param('id') id: string,
    @Body() body?: { status?: unknown },
  ): Promise<Order> {
    if (!statuses.includes(body?.status))
      throw new BadRequestException(`status is one of ${statuses.join()}`);
    return this.orders.setStatus(tenantId, id, body!.status as OrderStatus);
  }
}
