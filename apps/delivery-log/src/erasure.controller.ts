import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { AppError, IdempotencyInterceptor } from '@posthorn/runtime';
import { type OrderedBy, Orderer } from './audit-notes.js';
import { erasureOf, type ErasureView } from './erasure-order.js';
import { ErasureOrderStore } from './erasure-order.store.js';
import type { Page } from './page.js';
import { Documented } from './route-docs.js';
import { erasureBody, erasurePage, erasureShape } from './shapes.js';
import { Manages, TenantGuard } from './tenant.guard.js';

/** What is to be forgotten for data protection. The guard has checked that the caller may say so. */
@Controller('v1/tenants/:tenantId/erasures')
@UseGuards(TenantGuard)
@UseInterceptors(IdempotencyInterceptor)
export class ErasureController {
  constructor(@Inject(ErasureOrderStore) private readonly erasures: ErasureOrderStore) {}

  @Post()
  @Manages()
  @HttpCode(202)
  @Documented({
    ...{ summary: 'Erase what the log holds of a subscription, an entity or the tenant', body: erasureBody },
    ...{ answer: erasureShape, status: 202 },
  })
  erase(
    @Param('tenantId') tenantId: string,
    @Body() body: unknown,
    @Orderer() by: OrderedBy,
  ): Promise<ErasureView> {
    return this.erasures.create(tenantId, erasureOf(body), by);
  }

  @Get()
  @Documented({ summary: 'Erasures, newest first', answer: erasurePage })
  async list(@Param('tenantId') tenantId: string): Promise<Page<ErasureView>> {
    return { items: await this.erasures.list(tenantId), nextCursor: null };
  }

  @Get(':erasureId')
  @Documented({ summary: 'An erasure and how far it is', answer: erasureShape })
  async find(@Param('tenantId') tenantId: string, @Param('erasureId') id: string): Promise<ErasureView> {
    const erasure = await this.erasures.find(tenantId, id);
    if (!erasure) throw new AppError('not-found', 'No such erasure.');
    return erasure;
  }
}
