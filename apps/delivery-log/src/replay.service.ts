import { Inject, Injectable } from '@nestjs/common';
import { attemptsOf } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import type { OrderedBy } from './audit-notes.js';
import { DeliveryStore } from './delivery.store.js';
import { type Page, type Position } from './page.js';
import { type ReplayView, wishOf } from './replay.js';
import type { Counted } from './replay-count.js';
import { type ReplayRow, ReplayStore } from './replay.store.js';
import type { SubscriptionView } from './rule-book.js';

const openMax = 20;

/** Orders, shows and cancels replays; the runner carries them out. */
@Injectable()
export class ReplayService {
  constructor(
    @Inject(ReplayStore) private readonly replays: ReplayStore,
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
  ) {}

  /** How many events it would send, or the job. @throws AppError `invalid`, `conflict`, `limit-reached` */
  async order(tenantId: string, body: unknown, by: OrderedBy): Promise<Counted | ReplayView> {
    const orderedAt = new Date();
    const { dryRun, ...wish } = wishOf(body, orderedAt);
    await this.expectKnown(tenantId, wish.subscriptionId, '/subscriptionId');
    const target = await this.expectKnown(tenantId, wish.targetSubscriptionId, '/targetSubscriptionId');
    if (target.kind === 'poll')
      throw new AppError('conflict', 'Nothing is sent to a subscription that is polled.');
    if (target.status === 'disabled')
      throw new AppError('conflict', 'The subscription is disabled: enable it first.');
    const end = await this.replays.endOf(tenantId);
    const none = { count: 0, estimated: false };
    const total = end ? await this.replays.count(tenantId, wish, end.untilSeq, orderedAt) : none;
    if (dryRun) return total;
    const where = end ?? { partition: 0, untilSeq: 0 };
    const row = await this.replays.create(tenantId, wish, where, { total, orderedAt, openMax, by });
    if (!row)
      throw new AppError('limit-reached', `At most ${openMax} replays of a tenant are open at a time.`);
    return viewOf(row, null);
  }

  async list(tenantId: string, limit: number, after?: Position): Promise<Page<ReplayView>> {
    const { items, nextCursor } = await this.replays.list(tenantId, limit, after);
    return { items: await Promise.all(items.map((row) => this.shown(row))), nextCursor };
  }

  /** @throws AppError `not-found` */
  async find(tenantId: string, id: string): Promise<ReplayView> {
    const row = await this.replays.find(tenantId, id);
    if (!row) throw new AppError('not-found', 'No such replay.');
    return this.shown(row);
  }

  /** @throws AppError `not-found`, `conflict` */
  async cancel(tenantId: string, id: string, by: OrderedBy): Promise<ReplayView> {
    const row = await this.replays.cancel(tenantId, id, by);
    if (row) return this.shown(row);
    const { status } = await this.find(tenantId, id);
    throw new AppError('conflict', `It is ${status} already.`);
  }

  private async expectKnown(
    tenantId: string,
    subscriptionId: string,
    pointer: string,
  ): Promise<SubscriptionView> {
    const view = await this.deliveries.viewOf(tenantId, subscriptionId);
    if (view && view.status !== 'deleted') return view;
    const detail = 'names no subscription; if it is new, try again in a moment';
    throw new AppError('invalid', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
  }

  private async shown(row: ReplayRow): Promise<ReplayView> {
    if (row.status === 'queued') return viewOf(row, 'waits for other replays');
    if (row.status !== 'running') return viewOf(row, null);
    // Of a job that runs it says why the last step failed.
    if (row.error !== null) return viewOf({ ...row, error: null }, row.error);
    const state = await this.deliveries.stateOf(row.tenant_id, row.target_subscription_id);
    if (state?.view.status === 'paused') return viewOf(row, 'the subscription is paused');
    const lane = state?.lanes.find((each) => each.lane === `replay/${row.id}`);
    if (lane?.kind !== 'parked') return viewOf(row, null);
    const next = lane.dueAt === null ? '' : `, next at ${lane.dueAt}`;
    const of = attemptsOf(state!.view.retryPolicy);
    return viewOf(row, `parked at attempt ${lane.attempt} of ${of}${next}`);
  }
}

function viewOf(row: ReplayRow, reason: string | null): ReplayView {
  return {
    id: row.id,
    subscriptionId: row.subscription_id,
    targetSubscriptionId: row.target_subscription_id,
    kind: row.kind,
    from: row.from_at?.toISOString() ?? null,
    to: row.to_at.toISOString(),
    filter: row.filter,
    status: row.status,
    total: Number(row.total),
    totalEstimated: row.total_estimated,
    done: Number(row.done),
    failed: Number(row.failed),
    waiting: Number(row.waiting),
    reason,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    error: row.error,
  };
}
