import { Controller, Get, Inject, Param, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type ListQuery, textOf } from './list-query.js';
import { Documented, text } from './route-docs.js';
import { positionAfter } from './stream.js';
import { StreamService } from './stream.service.js';
import { type LongRequest, TenantGuard } from './tenant.guard.js';

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Proxies would wait for more of it.
  'x-accel-buffering': 'no',
};

/** Deliveries as they happen. The guard has checked that the caller may see the tenant's. */
@Controller('v1/tenants/:tenantId')
@UseGuards(TenantGuard)
export class StreamController {
  constructor(@Inject(StreamService) private readonly streams: StreamService) {}

  @Get('stream')
  @Documented({
    summary: 'Live deliveries as Server-Sent Events; Last-Event-ID goes on behind that one',
    query: { subscriptionId: text, lastEventId: text },
    ...{ answer: text, contentType: 'text/event-stream' },
  })
  async stream(
    @Param('tenantId') tenantId: string,
    @Query() query: ListQuery,
    @Req() request: LongRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const given = request.headers['last-event-id'] ?? textOf(query, 'lastEventId');
    const from = positionAfter(typeof given === 'string' ? given : undefined);
    const subscriptionId = textOf(query, 'subscriptionId');
    const wish = {
      tenantId,
      stillMay: request.stillMay,
      ...(subscriptionId === undefined ? {} : { subscriptionId }),
      ...(from === undefined ? {} : { from }),
    };
    await this.streams.open(wish, () => {
      reply.hijack();
      reply.raw.writeHead(200, { ...streamHeaders, 'x-request-id': request.id });
      return reply.raw;
    });
  }
}
