import {
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { AppError, IdempotencyInterceptor } from '@posthorn/runtime';
import { type OrderedBy, Orderer } from './audit-notes.js';
import { attemptsView, type DeliverySummary, requestBody } from './delivery-view.js';
import { DeliveryStore } from './delivery.store.js';
import { type EventSummary, profileEventOf, withData } from './event-view.js';
import { EventStore } from './event.store.js';
import { deliveryFilterOf, eventFilterOf, type ListQuery, textOf } from './list-query.js';
import { decodeCursor, limitOf, type Page } from './page.js';
import { type RetryOrdered, RetryOrderService } from './retry-order.service.js';
import { Documented, text } from './route-docs.js';
import {
  deliveryDetail,
  deliveryPage,
  deliveryQuery,
  eventDetail,
  eventPage,
  eventQuery,
  retryOrdered,
  waitingPage,
  waitingQuery,
} from './shapes.js';
import { Manages, TenantGuard } from './tenant.guard.js';
import type { Waits } from './waiting.js';
import { WaitingStore } from './waiting.store.js';
import { whyOf } from './why.js';

const json = 'application/json; charset=utf-8';

/** What happened to a tenant's events. The guard has checked that the caller may ask. */
@Controller('v1/tenants/:tenantId')
@UseGuards(TenantGuard)
@UseInterceptors(IdempotencyInterceptor)
export class DeliveryLogController {
  constructor(
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(WaitingStore) private readonly waiting: WaitingStore,
    @Inject(RetryOrderService) private readonly retries: RetryOrderService,
  ) {}

  @Get('deliveries')
  @Documented({ summary: 'Deliveries, newest first', query: deliveryQuery, answer: deliveryPage })
  listDeliveries(
    @Param('tenantId') tenantId: string,
    @Query() query: ListQuery,
  ): Promise<Page<DeliverySummary>> {
    return this.deliveries.list(deliveryFilterOf(tenantId, query));
  }

  @Get('deliveries/:deliveryId')
  @Documented({
    ...{ summary: 'A delivery with all its attempts', query: { eventId: text }, answer: deliveryDetail },
  })
  @Header('content-type', json)
  async getDelivery(
    @Param('tenantId') tenantId: string,
    @Param('deliveryId') deliveryId: string,
    @Query() query: ListQuery,
  ): Promise<string> {
    const delivery = await this.deliveries.find(tenantId, deliveryId, textOf(query, 'eventId'));
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
  @Documented({
    ...{ summary: 'Try a delivery again now', query: { eventId: text }, answer: retryOrdered, status: 202 },
  })
  retryDelivery(
    @Param('tenantId') tenantId: string,
    @Param('deliveryId') deliveryId: string,
    @Query() query: ListQuery,
    @Orderer() by: OrderedBy,
  ): Promise<RetryOrdered> {
    return this.retries.give(tenantId, deliveryId, by, textOf(query, 'eventId'));
  }

  @Get('waiting')
  @Documented({ summary: 'What waits, and why', query: waitingQuery, answer: waitingPage })
  listWaiting(@Param('tenantId') tenantId: string, @Query() query: ListQuery): Promise<Page<Waits>> {
    return this.waiting.list({
      ...{ tenantId, subscriptionId: textOf(query, 'subscriptionId') },
      ...{ limit: limitOf(textOf(query, 'limit')), after: decodeCursor(textOf(query, 'cursor')) },
    });
  }

  @Get('events')
  @Documented({ summary: 'Events, newest first', query: eventQuery, answer: eventPage })
  listEvents(@Param('tenantId') tenantId: string, @Query() query: ListQuery): Promise<Page<EventSummary>> {
    return this.events.list(eventFilterOf(tenantId, query));
  }

  @Get('events/:eventId')
  @Header('content-type', json)
  @Documented({ summary: 'An event, its deliveries, and why there are no others', answer: eventDetail })
  async getEvent(@Param('tenantId') tenantId: string, @Param('eventId') eventId: string): Promise<string> {
    const event = await this.events.find(tenantId, eventId);
    if (!event) throw new AppError('not-found', 'No such event.');
    const [deliveries, known] = await Promise.all([
      this.deliveries.ofEvent(tenantId, eventId),
      this.deliveries.subscriptions(tenantId),
    ]);
    const subscriptions = known.map((each) => whyOf(each, profileEventOf(event.row), event.summary));
    return withData((data) => ({ ...event.summary, data, deliveries, subscriptions }), event.row.data);
  }
}
