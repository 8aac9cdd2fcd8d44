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
  Res,
  UseGuards,
} from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import { validate } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author, type Written } from '../aggregates/event.store.js';
import { answer, answerEmpty, listOf, type List } from '../answer.js';
import { type Tenant } from '../tenants/tenant.js';
import { LaneHealth } from '../lanes/lane-health.projection.js';
import { SubscriptionBody, subscriptionView, type SubscriptionView } from './subscription.dto.js';
import { readSubscription } from './subscription-input.js';
import { SubscriptionService } from './subscription.service.js';
import { type Subscription } from './subscription.js';

@Controller('v1/tenants/:tenantId/subscriptions')
@UseGuards(AccessGuard)
export class SubscriptionController {
  constructor(
    @Inject(SubscriptionService) private readonly subscriptions: SubscriptionService,
    @Inject(LaneHealth) private readonly lanes: LaneHealth,
  ) {}

  @Post()
  @Needs('manage')
  async create(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionView & { secret?: string }> {
    const input = readSubscription(validate(SubscriptionBody, body), profileOf(tenant.profile), 'create');
    const written = await this.subscriptions.create(tenant, author, input);
    return answer(reply, 201, written, ({ subscription, secret }) => ({
      ...subscriptionView(subscription),
      ...(secret === undefined ? {} : { secret }),
    }));
  }

  @Get()
  @Needs('read')
  async list(@CurrentTenant() tenant: Tenant): Promise<List<SubscriptionView>> {
    return listOf((await this.subscriptions.list(tenant)).map((state) => this.view(state)));
  }

  @Get(':id')
  @Needs('read')
  async find(@CurrentTenant() tenant: Tenant, @Param('id') id: string): Promise<SubscriptionView> {
    return this.view(await this.subscriptions.find(tenant, id));
  }

  @Put(':id')
  @Needs('manage')
  async replace(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionView> {
    return this.answer(reply, await this.change('replace', tenant, author, id, body));
  }

  @Patch(':id')
  @Needs('manage')
  async merge(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionView> {
    return this.answer(reply, await this.change('merge', tenant, author, id, body));
  }

  @Delete(':id')
  @Needs('manage')
  async delete(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.subscriptions.delete(tenant, author, id));
  }

  private change(
    mode: 'replace' | 'merge',
    tenant: Tenant,
    author: Author,
    id: string,
    body: unknown,
  ): Promise<Written<Subscription>> {
    const input = readSubscription(validate(SubscriptionBody, body), profileOf(tenant.profile), mode);
    return this.subscriptions.update(tenant, author, id, input, mode);
  }

  private answer(reply: FastifyReply, written: Written<Subscription>): SubscriptionView {
    return answer(reply, 200, written, (state) => this.view(state));
  }

  private view(state: Subscription): SubscriptionView {
    return subscriptionView(state, this.lanes.of(state.tenantId, state.id));
  }
}
