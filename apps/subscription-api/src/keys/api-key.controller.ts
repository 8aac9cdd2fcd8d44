import {
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { IdempotencyInterceptor, validate, Takes } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentCaller, CurrentTenant, Needs, type Caller } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { refuseGiving } from '../access/giving.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, answerEmpty, type List } from '../answer.js';
import { Problems } from '../problems.js';
import { byAge, Lists, pageOfWhole } from '../requests/page.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import { allScopes } from './api-key.js';
import { apiKeyView, CreateApiKeyBody, type ApiKeyView } from './api-key.dto.js';
import { ApiKeyService, type NewApiKey } from './api-key.service.js';

@Controller('v1/tenants/:tenantId/keys')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class ApiKeyController {
  constructor(@Inject(ApiKeyService) private readonly keys: ApiKeyService) {}

  @Post()
  @Takes(shapes.key)
  @Needs('manage')
  async create(
    @CurrentTenant() tenant: Tenant,
    @CurrentCaller() caller: Caller,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyView & { key: string }> {
    const wanted = wantedKey(validate(CreateApiKeyBody, body), Date.now());
    refuseGiving(caller, wanted.scopes);
    const written = await this.keys.create(tenant, author, wanted);
    return answer(reply, 201, written, ({ key, text }) => ({ ...apiKeyView(key), key: text }));
  }

  /** Oldest first. */
  @Get()
  @Lists()
  @Needs('read')
  async list(
    @CurrentTenant() tenant: Tenant,
    @Query() query: Record<string, unknown>,
  ): Promise<List<ApiKeyView>> {
    return pageOfWhole(await this.keys.list(tenant), query, byAge, apiKeyView);
  }

  @Delete(':keyId')
  @Needs('manage')
  async revoke(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('keyId') keyId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.keys.revoke(tenant, author, keyId));
  }
}

function wantedKey({ name, scopes, expiresAt }: CreateApiKeyBody, nowMs: number): NewApiKey {
  const problems = new Problems();
  const endsAt = expiresAt ? Date.parse(expiresAt) : null;
  if (endsAt !== null && !(endsAt > nowMs)) problems.add('/expiresAt', 'must be in the future');
  problems.throwIfAny();
  return {
    name,
    scopes: scopes ?? [...allScopes],
    expiresAt: endsAt === null ? null : new Date(endsAt).toISOString(),
  };
}
