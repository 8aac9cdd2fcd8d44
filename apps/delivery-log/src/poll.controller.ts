import { Controller, Get, Header, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import { DeliveryStore } from './delivery.store.js';
import { profileEventOf } from './event-view.js';
import { type ListQuery, textOf } from './list-query.js';
import { decodeCursor, encodeCursor, invalid, limitOf } from './page.js';
import { PollStore } from './poll.store.js';
import { Documented } from './route-docs.js';
import { paging, pollPage } from './shapes.js';
import { TenantGuard } from './tenant.guard.js';

const json = 'application/json; charset=utf-8';

/**
 * For receivers that nobody can call: they fetch, and keep the cursor. Nothing is remembered of them here, so
 * who asks with an older cursor gets the same once more.
 */
@Controller('v1/tenants/:tenantId/subscriptions/:id/poll')
@UseGuards(TenantGuard)
export class PollController {
  constructor(
    @Inject(PollStore) private readonly polls: PollStore,
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
  ) {}

  @Get()
  @Header('content-type', json)
  @Header('cache-control', 'no-store')
  @Documented({ summary: 'What there is for a polled subscription', query: paging, answer: pollPage })
  async poll(
    @Param('tenantId') tenantId: string,
    @Param('id') subscriptionId: string,
    @Query() query: ListQuery,
  ): Promise<string> {
    const view = await this.deliveries.viewOf(tenantId, subscriptionId);
    if (!view || view.status === 'deleted')
      throw new AppError('not-found', 'No such subscription; if it is new, try again in a moment.');
    if (view.kind !== 'poll') throw new AppError('conflict', 'Its events are sent: it is not of kind poll.');
    if (view.status !== 'active') throw new AppError('conflict', `The subscription is ${view.status}.`);
    const after = decodeCursor(textOf(query, 'cursor'));
    if (after && after.subscriptionId !== subscriptionId)
      throw invalid('cursor', 'must be the cursor of an earlier answer for this subscription');
    const limit = limitOf(textOf(query, 'limit'));
    const { rows, nextSeq, hasMore } = await this.polls.read(tenantId, subscriptionId, after?.seq, limit);
    const profile = profileOf(view.profile);
    const items = rows.map((row) => {
      const head = JSON.stringify({
        ...{ id: row.event_id, type: row.type, acceptedAt: row.accepted_at.toISOString() },
      });
      // The body as it would have been sent, byte for byte.
      return `${head.slice(0, -1)},"body":${profile.render(profileEventOf(row)).toString('utf8')}}`;
    });
    const cursor = encodeCursor({ seq: nextSeq, subscriptionId, replayId: '' });
    return `{"items":[${items.join(',')}],"cursor":${JSON.stringify(cursor)},"hasMore":${hasMore}}`;
  }
}
