import { Controller, Get, Header, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { AppError } from '@posthorn/runtime';
import { statusFilters } from './delivery-rows.js';
import { attemptsView, type DeliverySummary, requestBody } from './delivery-view.js';
import { DeliveryStore } from './delivery.store.js';
import { type EventSummary, withData } from './event-view.js';
import { EventStore } from './event.store.js';
import { decodeCursor, limitOf, oneOf, type Page } from './page.js';
import { type RetryOrdered, RetryOrderService } from './retry-order.service.js';
import { Manages, TenantGuard } from './tenant.guard.js';

/** Every parameter as a text, or as several where a caller repeats it. */
type ListQuery = Partial<Record<'subscriptionId' | 'status' | 'type' | 'limit' | 'cursor', unknown>>;

const json = 'application/json; charset=utf-8';

/** What happened to a tenant's events. The guard has checked that the caller may ask. */
@Controller('v1/tenants/:tenantId')
@UseGuards(TenantGuard)
export class DeliveryLogController {
  constructor(
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(RetryOrderService) private readonly retries: RetryOrderService,
  ) {}

  @Get('deliveries')
  listDeliveries(
    @Param('tenantId') tenantId: string,
    @Query() query: ListQuery,
  ): Promise<Page<DeliverySummary>> {
    return this.deliveries.list({
      tenantId,
      subscriptionId: textOf(query.subscriptionId),
      status: oneOf('status', textOf(query.status), statusFilters),
      limit: limitOf(textOf(query.limit)),
      after: decodeCursor(textOf(query.cursor)),
    });
  }

  @Get('deliveries/:deliveryId')
  @Header('content-type', json)
  async getDelivery(
    @Param('tenantId') tenantId: string,
    @Param('deliveryId') deliveryId: string,
    @Query('eventId') eventId: unknown,
  ): Promise<string> {
    const delivery = await this.deliveries.find(tenantId, deliveryId, textOf(eventId));
    if (!delivery) throw new AppError('not-found', 'No such delivery.');
    const [event, view, attempts] = await Promise.all([
      this.events.find(tenantId, delivery.eventId),
      this.deliveries.viewOf(tenantId, delivery.subscriptionId),
      this.deliveries.attempts(delivery.id),
    ]);
    const body = requestBody(event?.row, view);
    return withData(
      (data) => ({
        ...delivery,
        subscription: view && {
          id: delivery.subscriptionId,
          name: view.name,
          url: view.url,
          status: view.status,
        },
        event: event ? { ...event.summary, data } : null,
        attempts: attemptsView(delivery.id, attempts, body),
      }),
      event?.row.data ?? Buffer.alloc(0),
    );
  }

  @Post('deliveries/:deliveryId/retry')
  @HttpCode(202)
  @Manages()
  retryDelivery(
    @Param('tenantId') tenantId: string,
    @Param('deliveryId') deliveryId: string,
    @Query('eventId') eventId: unknown,
  ): Promise<RetryOrdered> {
    return this.retries.give(tenantId, deliveryId, textOf(eventId));
  }

  @Get('events')
  listEvents(@Param('tenantId') tenantId: string, @Query() query: ListQuery): Promise<Page<EventSummary>> {
    return this.events.list({
      tenantId,
      type: textOf(query.type),
      limit: limitOf(textOf(query.limit)),
      after: decodeCursor(textOf(query.cursor)),
    });
  }

  @Get('events/:eventId')
  @Header('content-type', json)
  async getEvent(@Param('tenantId') tenantId: string, @Param('eventId') eventId: string): Promise<string> {
    const event = await this.events.find(tenantId, eventId);
    if (!event) throw new AppError('not-found', 'No such event.');
    const deliveries = await this.deliveries.ofEvent(tenantId, eventId);
    return withData((data) => ({ ...event.summary, data, deliveries }), event.row.data);
  }
}

/** Of a parameter that was given twice, none counts. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
