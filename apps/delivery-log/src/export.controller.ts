import { Controller, Get, Inject, Param, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type ExportFormat, exportFormats, ExportService, exportTypes } from './export.service.js';
import { deliveryFilterOf, eventFilterOf, type ListQuery, textOf } from './list-query.js';
import { oneOf } from './page.js';
import { Documented, oneOfTexts, text } from './route-docs.js';
import { deliveryFilterQuery, eventFilterQuery } from './shapes.js';
import { type LongRequest, TenantGuard } from './tenant.guard.js';

const format = oneOfTexts(exportFormats);

/** Lists as files. The guard has checked that the caller may see the tenant's. */
@Controller('v1/tenants/:tenantId')
@UseGuards(TenantGuard)
export class ExportController {
  constructor(@Inject(ExportService) private readonly exports: ExportService) {}

  @Get('deliveries/export')
  @Documented({
    ...{ summary: 'Deliveries as CSV or NDJSON, streamed', query: { format, ...deliveryFilterQuery } },
    ...{ answer: text, contentType: 'text/csv' },
  })
  async deliveries(
    @Param('tenantId') tenantId: string,
    @Query() query: ListQuery,
    @Req() { stillMay }: LongRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const as = formatOf(query);
    const filter = deliveryFilterOf(tenantId, { ...query, limit: undefined, cursor: undefined });
    await reply.headers(headersOf('deliveries', as)).send(this.exports.ofDeliveries(filter, as, stillMay));
  }

  @Get('events/export')
  @Documented({
    ...{ summary: 'Events as CSV or NDJSON, streamed', query: { format, ...eventFilterQuery } },
    ...{ answer: text, contentType: 'text/csv' },
  })
  async events(
    @Param('tenantId') tenantId: string,
    @Query() query: ListQuery,
    @Req() { stillMay }: LongRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const as = formatOf(query);
    const filter = eventFilterOf(tenantId, { ...query, limit: undefined, cursor: undefined });
    await reply.headers(headersOf('events', as)).send(this.exports.ofEvents(filter, as, stillMay));
  }
}

function formatOf(query: ListQuery): ExportFormat {
  return oneOf('format', textOf(query, 'format'), exportFormats) ?? 'csv';
}

function headersOf(what: string, as: ExportFormat): Record<string, string> {
  return {
    'content-type': exportTypes[as],
    'content-disposition': `attachment; filename="${what}.${as}"`,
    'cache-control': 'no-store',
  };
}
