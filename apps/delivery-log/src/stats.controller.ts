import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { type ListQuery, textOf } from './list-query.js';
import { instantOf, invalid, oneOf } from './page.js';
import { Documented } from './route-docs.js';
import { statsQuery, statsShape } from './shapes.js';
import { type Step, stepMs, steps } from './statistics.js';
import { type StatisticsItem, statisticsItemsMax, StatisticsStore } from './statistics.store.js';
import { TenantGuard } from './tenant.guard.js';
import { type Backlog, WaitingStore } from './waiting.store.js';

/** What an answer covers where nothing else is asked for. */
const usualSteps = 60;

type Stats = { step: Step; from: string; to: string; items: StatisticsItem[]; backlog: Backlog };

/** How a tenant, or one of its subscriptions, is doing. The guard has checked that the caller may ask. */
@Controller('v1/tenants/:tenantId/stats')
@UseGuards(TenantGuard)
export class StatsController {
  constructor(
    @Inject(StatisticsStore) private readonly statistics: StatisticsStore,
    @Inject(WaitingStore) private readonly waiting: WaitingStore,
  ) {}

  @Get()
  @Documented({
    ...{ summary: 'Counts and latencies by minute, hour or day, and what waits now' },
    ...{ query: statsQuery, answer: statsShape },
  })
  async stats(@Param('tenantId') tenantId: string, @Query() query: ListQuery): Promise<Stats> {
    const step = oneOf('step', textOf(query, 'step'), steps) ?? 'hour';
    const subscriptionId = textOf(query, 'subscriptionId');
    const to = instantOf('to', textOf(query, 'to')) ?? new Date();
    const usual = new Date(to.getTime() - usualSteps * stepMs[step]);
    const from = instantOf('from', textOf(query, 'from')) ?? usual;
    if (from >= to) throw invalid('from', 'must be before `to`');
    if ((to.getTime() - from.getTime()) / stepMs[step] > statisticsItemsMax - 1)
      throw invalid('from', `must be at most ${statisticsItemsMax - 1} ${step}s before \`to\``);
    const [items, backlog] = await Promise.all([
      this.statistics.list({ tenantId, subscriptionId, step, from, to }),
      this.waiting.backlogOf(tenantId, subscriptionId),
    ]);
    return { step, from: from.toISOString(), to: to.toISOString(), items, backlog };
  }
}
