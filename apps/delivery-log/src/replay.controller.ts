import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { IdempotencyInterceptor } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { type OrderedBy, Orderer } from './audit-notes.js';
import { type ListQuery, textOf } from './list-query.js';
import { decodeCursor, limitOf, type Page } from './page.js';
import type { ReplayView } from './replay.js';
import type { Counted } from './replay-count.js';
import { ReplayService } from './replay.service.js';
import { Documented } from './route-docs.js';
import { paging, replayBody, replayPage, replayShape } from './shapes.js';
import { Manages, TenantGuard } from './tenant.guard.js';

/** Events sent again, many at a time. The guard has checked that the caller may ask. */
@Controller('v1/tenants/:tenantId/replays')
@UseGuards(TenantGuard)
@UseInterceptors(IdempotencyInterceptor)
export class ReplayController {
  constructor(@Inject(ReplayService) private readonly replays: ReplayService) {}

  @Post()
  @Manages()
  @HttpCode(202)
  @Documented({
    ...{ summary: 'Send events again; with dryRun, 200 and {count, estimated}', body: replayBody },
    ...{ answer: replayShape, status: 202 },
  })
  async order(
    @Param('tenantId') tenantId: string,
    @Body() body: unknown,
    @Orderer() by: OrderedBy,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Counted | ReplayView> {
    const ordered = await this.replays.order(tenantId, body, by);
    if ('count' in ordered) reply.status(200);
    return ordered;
  }

  @Get()
  @Documented({ summary: 'Replays, newest first', query: paging, answer: replayPage })
  list(@Param('tenantId') tenantId: string, @Query() query: ListQuery): Promise<Page<ReplayView>> {
    const after = decodeCursor(textOf(query, 'cursor'));
    return this.replays.list(tenantId, limitOf(textOf(query, 'limit')), after);
  }

  @Get(':id')
  @Documented({ summary: 'A replay and its progress', answer: replayShape })
  find(@Param('tenantId') tenantId: string, @Param('id') id: string): Promise<ReplayView> {
    return this.replays.find(tenantId, id);
  }

  @Post(':id/cancel')
  @Manages()
  @HttpCode(202)
  @Documented({ summary: 'Stop a replay; what is on its way is finished', answer: replayShape, status: 202 })
  cancel(
    @Param('tenantId') tenantId: string,
    @Param('id') id: string,
    @Orderer() by: OrderedBy,
  ): Promise<ReplayView> {
    return this.replays.cancel(tenantId, id, by);
  }
}
