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
  UseInterceptors,
} from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import { IdempotencyInterceptor, AppError, validate, Takes } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, answerEmpty } from '../answer.js';
import { etagOf, IfMatch, type Precondition } from '../requests/precondition.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import { SubscriptionService } from './subscription.service.js';
import type { Subscription } from './subscription.js';
import type { SubscriptionInput } from './subscription-input.js';
import {
  CreateWebhookBody,
  keepingUnsaid,
  readWebhook,
  UpdateWebhookBody,
  webhookView,
  type WebhookView,
} from './webhook.dto.js';

const brutlers = profileOf('brutlers');
const vendors = { tenant: 'key', profile: 'brutlers' } as const;

/** Brutlers' own API, as its documentation prints it. The vendor is the one whose key it is. */
@Controller('api/vendor/webhooks')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class WebhookController {
  constructor(@Inject(SubscriptionService) private readonly subscriptions: SubscriptionService) {}

  @Post()
  @Takes(shapes.webhook)
  @Needs('manage', vendors)
  async create(
    @CurrentTenant() vendor: Tenant,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView & { secret?: string }> {
    const input = readWebhook(validate(CreateWebhookBody, body), brutlers, 'create');
    const written = await this.subscriptions.create(vendor, author, input);
    return answer(reply, 201, written, ({ subscription, secret }) => ({
      ...webhookView(subscription),
      secret,
    }));
  }

  @Get()
  @Needs('read', vendors)
  async list(@CurrentTenant() vendor: Tenant): Promise<WebhookView[]> {
    return (await this.subscriptions.list(vendor)).map(webhookView);
  }

  @Get(':id')
  @Needs('read', vendors)
  async find(
    @CurrentTenant() vendor: Tenant,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const found = await known(this.subscriptions.find(vendor, id));
    reply.header('etag', etagOf(found.version));
    return webhookView(found);
  }

  @Put(':id')
  @Takes(shapes.webhookChanged)
  @Needs('manage', vendors)
  replace(
    @CurrentTenant() vendor: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Body() body: unknown,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    return this.update(vendor, author, id, body, precondition, reply);
  }

  /** "Update the URL, events, or status": any of them, by either method. */
  @Patch(':id')
  @Takes(shapes.webhookChanged)
  @Needs('manage', vendors)
  async update(
    @CurrentTenant() vendor: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Body() body: unknown,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const input = readWebhook(validate(UpdateWebhookBody, body), brutlers, 'merge');
    const how = { mode: 'merge', precondition } as const;
    const asked = (before: Subscription): SubscriptionInput => keepingUnsaid(before, input);
    const written = await known(this.subscriptions.update(vendor, author, id, asked, how));
    reply.header('etag', etagOf(written.value.version));
    return answer(reply, 200, written, webhookView);
  }

  @Delete(':id')
  @Needs('manage', vendors)
  async delete(
    @CurrentTenant() vendor: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await known(this.subscriptions.delete(vendor, author, id, precondition)));
  }
}

/** Brutlers' documentation has no word "subscription"; this is what it calls one. */
async function known<T>(found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found')
      throw new AppError('not-found', 'No such webhook.');
    throw error;
  }
}
