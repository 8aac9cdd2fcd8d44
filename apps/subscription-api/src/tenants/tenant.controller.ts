import {
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { IdempotencyInterceptor, invalidCursor, validate, Takes } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, answerEmpty, listOf, type List } from '../answer.js';
import { shapes } from '../request-shapes.js';
import { Lists, readLimit } from '../requests/page.js';
import { etagOf, IfMatch, type Precondition } from '../requests/precondition.js';
import { type Tenant } from './tenant.js';
import { ChangeTenantBody, CreateTenantBody, tenantView, type TenantView } from './tenant.dto.js';
import { TenantService } from './tenant.service.js';

@Controller('v1/tenants')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class TenantController {
  constructor(@Inject(TenantService) private readonly tenants: TenantService) {}

  @Post()
  @Takes(shapes.tenant)
  @Needs('manage', { tenant: 'none' })
  async create(
    @Body() body: unknown,
    @CurrentAuthor() author: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantView> {
    const { id, profile, name = id } = validate(CreateTenantBody, body);
    const written = await this.tenants.create({ id, profile, name }, author);
    reply.header('etag', etagOf(written.value.version));
    return answer(reply, 201, written, tenantView);
  }

  /** In order of id; `cursor` is the `nextCursor` of the page before. */
  @Get()
  @Lists()
  @Needs('read', { tenant: 'none' })
  async list(@Query('cursor') cursor: unknown, @Query('limit') limit: unknown): Promise<List<TenantView>> {
    const size = readLimit(limit);
    const start = cursor ?? '';
    if (typeof start !== 'string' || start.includes('\0')) throw invalidCursor();
    const tenants = await this.tenants.list(start, size + 1);
    const next = tenants.length > size ? tenants[size - 1].id : null;
    return listOf(tenants.slice(0, size).map(tenantView), next);
  }

  @Get(':tenantId')
  @Needs('read')
  find(@CurrentTenant() tenant: Tenant, @Res({ passthrough: true }) reply: FastifyReply): TenantView {
    reply.header('etag', etagOf(tenant.version));
    return tenantView(tenant);
  }

  /** What people call it. Its id and its profile are chosen once. */
  @Patch(':tenantId')
  @Takes(shapes.tenantChanged)
  @Needs('manage')
  async change(
    @CurrentTenant() { id }: Tenant,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantView> {
    const { name } = validate(ChangeTenantBody, body);
    const written = await this.tenants.rename(id, author, name, precondition);
    reply.header('etag', etagOf(written.value.version));
    return answer(reply, 200, written, tenantView);
  }

  /** With everything in it; its id is never another's. */
  @Delete(':tenantId')
  @Needs('manage', { tenant: 'none' })
  async delete(
    @Param('tenantId') id: string,
    @CurrentAuthor() author: Author,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.tenants.delete(id, author, precondition));
  }
}
