import {
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import { IdempotencyInterceptor, validate, type ServiceRequest, Takes } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author, type Written } from '../aggregates/event.store.js';
import { answer, answerEmpty, type List } from '../answer.js';
import { Lists, pageOf, readPage } from '../requests/page.js';
import { etagOf, IfMatch, type Precondition } from '../requests/precondition.js';
import { type Tenant } from '../tenants/tenant.js';
import { LaneHealth } from '../lanes/lane-health.projection.js';
import { shapes } from '../request-shapes.js';
import { SubscriptionBody, subscriptionView, type SubscriptionView } from './subscription.dto.js';
import { readSubscription } from './subscription-input.js';
import { SubscriptionService } from './subscription.service.js';
import { type Subscription } from './subscription.js';

@Controller('v1/tenants/:tenantId/subscriptions')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class SubscriptionController {
  constructor(
    @Inject(SubscriptionService) private readonly subscriptions: SubscriptionService,
    @Inject(LaneHealth) private readonly lanes: LaneHealth,
  ) {}

  @Post()
  @Takes(shapes.subscription)
  @Needs('manage')
  async create(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionView & { secret?: string }> {
    const input = readSubscription(validate(SubscriptionBody, body), profileOf(tenant.profile), 'create');
    const written = await this.subscriptions.create(tenant, author, input);
    reply.header('etag', etagOf(written.value.subscription.version));
    return answer(reply, 201, written, ({ subscription, secret }) => ({
      ...subscriptionView(subscription),
      ...(secret === undefined ? {} : { secret }),
    }));
  }

  @Get()
  @Lists()
  @Needs('read')
  async list(
    @CurrentTenant() tenant: Tenant,
    @Query() query: Record<string, unknown>,
  ): Promise<List<SubscriptionView>> {
    const page = readPage(query);
    const placeOf = ({ createdAt, id }: Subscription) => ({ at: createdAt, id });
    return pageOf(await this.subscriptions.list(tenant, page), page, placeOf, (state) => this.view(state));
  }

  @Get(':id')
  @Needs('read')
  async find(
    @CurrentTenant() tenant: Tenant,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionView> {
    const state = await this.subscriptions.find(tenant, id);
    reply.header('etag', etagOf(state.version));
    return this.view(state);
  }

  @Put(':id')
  @Takes(shapes.subscriptionReplaced)
  @Needs('manage')
  async replace(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @IfMatch() precondition: Precondition | undefined,
    @Req() request: ServiceRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionView> {
    const written = await this.change({ mode: 'replace', precondition }, tenant, author, request);
    return this.answer(reply, written);
  }

  @Patch(':id')
  @Takes(shapes.subscriptionChanged)
  @Needs('manage')
  async merge(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @IfMatch() precondition: Precondition | undefined,
    @Req() request: ServiceRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionView> {
    const written = await this.change({ mode: 'merge', precondition }, tenant, author, request);
    return this.answer(reply, written);
  }

  @Delete(':id')
  @Needs('manage')
  async delete(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.subscriptions.delete(tenant, author, id, precondition));
  }

  private change(
    how: { mode: 'replace' | 'merge'; precondition: Precondition | undefined },
    tenant: Tenant,
    author: Author,
    { params, body }: ServiceRequest,
  ): Promise<Written<Subscription>> {
    const input = readSubscription(validate(SubscriptionBody, body), profileOf(tenant.profile), how.mode);
    const { id } = params as { id: string };
    return this.subscriptions.update(tenant, author, id, input, how);
  }

  private answer(reply: FastifyReply, written: Written<Subscription>): SubscriptionView {
    reply.header('etag', etagOf(written.value.version));
    return answer(reply, 200, written, (state) => this.view(state));
  }

  private view(state: Subscription): SubscriptionView {
    return subscriptionView(state, this.lanes.of(state.tenantId, state.id));
  }
}
