import { Body, Controller, Get, Inject, Post, Query, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { IdempotencyInterceptor, AppError, validate, Takes } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, listOf, type List } from '../answer.js';
import { shapes } from '../request-shapes.js';
import { type Tenant } from './tenant.js';
import { CreateTenantBody, tenantView, type TenantView } from './tenant.dto.js';
import { TenantService } from './tenant.service.js';

const pageMax = 200;

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
    return answer(reply, 201, written, tenantView);
  }

  /** In order of id; `cursor` is the `nextCursor` of the page before. */
  @Get()
  @Needs('read', { tenant: 'none' })
  async list(@Query('cursor') cursor: unknown, @Query('limit') limit: unknown): Promise<List<TenantView>> {
    const size = pageSize(limit);
    const start = typeof cursor === 'string' && !cursor.includes('\0') ? cursor : '';
    const tenants = await this.tenants.list(start, size + 1);
    const next = tenants.length > size ? tenants[size - 1].id : null;
    return listOf(tenants.slice(0, size).map(tenantView), next);
  }

  @Get(':tenantId')
  @Needs('read')
  find(@CurrentTenant() tenant: Tenant): TenantView {
    return tenantView(tenant);
  }
}

function pageSize(text: unknown): number {
  if (text === undefined) return 100;
  const size = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size < 1 || size > pageMax) throw new AppError('invalid', `limit must be 1 to ${pageMax}.`);
  return size;
}
