import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@posthorn/runtime';
import { partitionOf, timeOfSeq } from './log-minutes.js';
import { encodeCursor, type Page, type Position } from './page.js';
import { storable } from './sql-values.js';
import { laneByEntity } from './wait-reason.js';
import { type LaneRow, type Queue, type RetriesRow, type Waits, waitsOf, waitsOfRetries } from './waiting.js';

/** Counting ends here: more than that is told as that. */
const countMax = 100_000;

/** What waits now. `size` is counted up to 100,000 a lane, over the first 200 lanes. */
export type Backlog = { size: number; oldestAt: string | null };

const backlogLanesMax = 200;

export type WaitingFilter = {
  tenantId: string;
  subscriptionId?: string | undefined;
  after?: Position | undefined;
  limit: number;
};

type BacklogRow = { entity: string | null; waiting: number; oldest_at: Date | null };

/** What waits, lane by lane: the lanes that are not live, and what is retried alone. */
@Injectable()
export class WaitingStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list({ tenantId, subscriptionId, after, limit }: WaitingFilter): Promise<Page<Waits>> {
    const lanes = await this.database.query<LaneRow & { subscription_id: string }>(
      `SELECT * FROM (
         SELECT l.subscription_id, l.lane, l.kind, l.cursor, l.attempt, l.due_at, l.reason, s.snapshot
           FROM lanes l LEFT JOIN subscriptions s USING (tenant_id, subscription_id)
          WHERE l.tenant_id = $1 AND l.lane NOT LIKE 'replay/%'
         UNION ALL
         SELECT s.subscription_id, '', 'retrying', NULL, 0, NULL, NULL, s.snapshot
           FROM subscriptions s WHERE s.tenant_id = $1 AND NOT s.deleted
       ) AS known
       WHERE ($2::text IS NULL OR subscription_id = $2)
         AND NOT EXISTS (SELECT 1 FROM purges p WHERE p.tenant_id = $1 AND p.subscription_id = known.subscription_id)
         AND ($3::text IS NULL OR (subscription_id, lane) > ($3, $4::text))
       ORDER BY subscription_id, lane LIMIT $5`,
      [
        ...[storable(tenantId), subscriptionId === undefined ? null : storable(subscriptionId)],
        ...[after ? storable(after.subscriptionId) : null, after ? storable(after.replayId) : '', limit + 1],
      ],
    );
    const page = lanes.slice(0, limit);
    const last = lanes.length > limit ? page.at(-1) : undefined;
    const items: Waits[] = [];
    const retries = await this.retries(
      tenantId,
      page.filter(({ kind }) => kind === 'retrying').map(({ subscription_id }) => subscription_id),
    );
    for (const lane of page)
      if (lane.kind !== 'retrying') items.push(await this.waitsOf(tenantId, lane));
      else {
        const alone = retries.get(lane.subscription_id);
        if (alone) items.push(...waitsOfRetries(lane.subscription_id, alone, lane.snapshot));
      }
    return {
      items,
      nextCursor: last
        ? encodeCursor({ seq: 0, subscriptionId: last.subscription_id, replayId: last.lane })
        : null,
    };
  }

  async backlogOf(tenantId: string, subscriptionId: string | undefined): Promise<Backlog> {
    const { items } = await this.list({ tenantId, subscriptionId, limit: backlogLanesMax });
    return {
      size: items.reduce((sum, { waiting }) => sum + waiting, 0),
      oldestAt: items.reduce<string | null>(
        (oldest, { oldestAt }) =>
          oldestAt !== null && (oldest === null || oldestAt < oldest) ? oldestAt : oldest,
        null,
      ),
    };
  }

  private async waitsOf(tenantId: string, lane: LaneRow & { subscription_id: string }): Promise<Waits> {
    return waitsOf(lane.subscription_id, lane, await this.backlog(tenantId, lane.subscription_id, lane));
  }

  /** Everything that a lane holds back, its head included. */
  private async backlog(tenantId: string, subscriptionId: string, lane: LaneRow): Promise<Queue> {
    const partition = await partitionOf(this.database, storable(tenantId));
    const since = await timeOfSeq(this.database, partition, Number(lane.cursor));
    const byEntity = lane.snapshot?.ordering === 'per-entity';
    const rows = await this.database.query<BacklogRow>(
      `SELECT ${byEntity ? 'coalesce(entity_id, event_id)' : 'NULL'} AS entity, count(*)::int AS waiting,
              min(accepted_at) AS oldest_at
         FROM (SELECT e.entity_id, e.event_id, e.accepted_at FROM events e
                WHERE e.tenant_id = $1 AND e.seq >= $3 AND e.matched @> ARRAY[$2]::text[] AND e.accepted_at >= $4
                ORDER BY e.seq LIMIT ${countMax}) AS behind
        GROUP BY 1`,
      [storable(tenantId), storable(subscriptionId), lane.cursor, since ?? new Date(0)],
    );
    const mine = byEntity ? rows.filter(({ entity }) => laneByEntity(entity!) === lane.lane) : rows;
    const waiting = mine.reduce((sum, row) => sum + row.waiting, 0);
    const oldest = mine.reduce<Date | null>(
      (at, { oldest_at }) => (at === null || (oldest_at !== null && oldest_at < at) ? oldest_at : at),
      null,
    );
    return { waiting, oldestAt: oldest };
  }

  /** What has failed and is tried again beside its lane; a lane's head is not among it. */
  private async retries(
    tenantId: string,
    subscriptionIds: readonly string[],
  ): Promise<Map<string, RetriesRow>> {
    if (subscriptionIds.length === 0) return new Map();
    const rows = await this.database.query<RetriesRow & { subscription_id: string }>(
      `SELECT subscription_id, count(*)::int AS waiting, min(next_attempt_at) AS next_at,
              min(first_attempt_at) AS oldest_at, coalesce(max(attempts), 0) AS attempts
         FROM (SELECT d.subscription_id, d.next_attempt_at, d.first_attempt_at, d.attempts FROM deliveries d
                WHERE d.tenant_id = $1 AND d.subscription_id = ANY ($2) AND d.status = 'waiting' AND d.status <> 'delivered'
                  AND NOT EXISTS (SELECT 1 FROM lanes l WHERE l.tenant_id = $1 AND l.subscription_id = d.subscription_id
                                     AND l.cursor = d.seq)
                LIMIT ${countMax}) AS alone
        GROUP BY subscription_id`,
      [storable(tenantId), subscriptionIds],
    );
    return new Map(rows.map((row) => [row.subscription_id, row]));
  }
}
