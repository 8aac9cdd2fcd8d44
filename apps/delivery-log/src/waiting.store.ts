import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@posthorn/runtime';
import { partitionOf, timeOfSeq } from './log-minutes.js';
import { encodeCursor, type Page, type Position } from './page.js';
import { storable } from './sql-values.js';
import { laneByEntity } from './wait-reason.js';
import { type LaneRow, type Queue, type RetriesRow, type Waits, waitsOf, waitsOfRetries } from './waiting.js';

/**
 * What one answer looks at: places of the log, shared among the subscriptions it is about, and deliveries
 * that are retried alone. What is beyond is told as "at least".
 */
const placesMax = 40_000;
const placesEachMin = 2_000;
/** Of a subscription with a lane for each entity, where every place is looked at here. */
const entityPlacesMax = 20_000;
const retriesMax = 20_000;
const backlogLanesMax = 200;

/** What waits now. */
export type Backlog = {
  size: number;
  oldestAt: string | null;
  /** Counting came to its bound: there may be more. */
  atLeast: boolean;
};

export type WaitingFilter = {
  tenantId: string;
  subscriptionId?: string | undefined;
  after?: Position | undefined;
  limit: number;
};

type Lane = LaneRow & { subscription_id: string };
type Asked = { subscriptionId: string; lanes: readonly Lane[]; max: number; since: Date };

const none: Queue = { waiting: 0, oldestAt: null, atLeast: false };

const notPurged = `NOT EXISTS (SELECT 1 FROM purges p WHERE p.tenant_id = $1 AND p.subscription_id = known.subscription_id)`;
const lanesOfTenant = `SELECT l.subscription_id, l.lane, l.kind, l.cursor, l.attempt, l.due_at, l.reason, s.snapshot
  FROM lanes l LEFT JOIN subscriptions s USING (tenant_id, subscription_id)
 WHERE l.tenant_id = $1 AND l.lane NOT LIKE 'replay/%' AND ($2::text IS NULL OR l.subscription_id = $2)`;

/** What waits, lane by lane: the lanes that are not live, and what is retried alone. */
@Injectable()
export class WaitingStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list({ tenantId, subscriptionId, after, limit }: WaitingFilter): Promise<Page<Waits>> {
    const lanes = await this.database.query<Lane>(
      `SELECT * FROM (
         ${lanesOfTenant}
         UNION ALL
         SELECT s.subscription_id, '', 'retrying', NULL, 0, NULL, NULL, s.snapshot
           FROM subscriptions s WHERE s.tenant_id = $1 AND NOT s.deleted AND ($2::text IS NULL OR s.subscription_id = $2)
       ) AS known
       WHERE ${notPurged} AND ($3::text IS NULL OR (subscription_id, lane) > ($3, $4::text))
       ORDER BY subscription_id, lane LIMIT $5`,
      [
        ...[storable(tenantId), subscriptionId === undefined ? null : storable(subscriptionId)],
        ...[after ? storable(after.subscriptionId) : null, after ? storable(after.replayId) : '', limit + 1],
      ],
    );
    const page = lanes.slice(0, limit);
    const last = lanes.length > limit ? page.at(-1) : undefined;
    const isAlone = ({ kind }: Lane): boolean => kind === 'retrying';
    const [queues, retries] = await Promise.all([
      this.queues(
        tenantId,
        page.filter((lane) => !isAlone(lane)),
      ),
      this.retries(
        tenantId,
        page.filter(isAlone).map(({ subscription_id }) => subscription_id),
      ),
    ]);
    const items = page.flatMap((lane): Waits[] => {
      if (!isAlone(lane)) return [waitsOf(lane.subscription_id, lane, queues.get(lane) ?? none)];
      const alone = retries.get(lane.subscription_id);
      return alone ? waitsOfRetries(lane.subscription_id, alone, lane.snapshot) : [];
    });
    return {
      items,
      nextCursor: last
        ? encodeCursor({ seq: 0, subscriptionId: last.subscription_id, replayId: last.lane })
        : null,
    };
  }

  /** Of everything; the lanes that wait longest are looked at first. */
  async backlogOf(tenantId: string, subscriptionId: string | undefined): Promise<Backlog> {
    const lanes = await this.database.query<Lane>(
      `SELECT * FROM (${lanesOfTenant}) AS known WHERE ${notPurged} ORDER BY cursor LIMIT ${backlogLanesMax + 1}`,
      [storable(tenantId), subscriptionId === undefined ? null : storable(subscriptionId)],
    );
    const [queues, retries] = await Promise.all([
      this.queues(tenantId, lanes.slice(0, backlogLanesMax)),
      this.retries(tenantId, subscriptionId === undefined ? undefined : [subscriptionId]),
    ]);
    const alone = [...retries.values()];
    const all = [
      ...queues.values(),
      ...alone.map(({ waiting, oldest_at, at_least }) => ({
        ...{ waiting, oldestAt: oldest_at, atLeast: at_least },
      })),
    ];
    const oldest = all.reduce<Date | null>((at, { oldestAt }) => earlier(at, oldestAt), null);
    return {
      size: all.reduce((sum, { waiting }) => sum + waiting, 0),
      oldestAt: oldest?.toISOString() ?? null,
      atLeast: lanes.length > backlogLanesMax || all.some(({ atLeast }) => atLeast),
    };
  }

  /** Everything that each lane holds back, its head included. */
  private async queues(tenantId: string, lanes: readonly Lane[]): Promise<Map<Lane, Queue>> {
    if (lanes.length === 0) return new Map();
    const bySubscription = new Map<string, Lane[]>();
    for (const lane of lanes)
      bySubscription.set(lane.subscription_id, [...(bySubscription.get(lane.subscription_id) ?? []), lane]);
    const max = Math.max(placesEachMin, Math.floor(placesMax / bySubscription.size));
    const partition = await partitionOf(this.database, storable(tenantId));
    const queues = new Map<Lane, Queue>();
    for (const [subscriptionId, its] of bySubscription) {
      const since = (await timeOfSeq(this.database, partition, lowest(its))) ?? new Date(0);
      const asked = { subscriptionId, lanes: its, max, since };
      const byEntity = its[0].snapshot?.ordering === 'per-entity';
      const found = byEntity ? await this.byEntity(tenantId, asked) : await this.whole(tenantId, asked);
      for (const [lane, queue] of found) queues.set(lane, queue);
    }
    return queues;
  }

  private async whole(tenantId: string, { subscriptionId, lanes, max, since }: Asked) {
    const [row] = await this.database.query<{ waiting: number; oldest_at: Date | null; seen: number }>(
      `SELECT count(*) FILTER (WHERE matches)::int AS waiting, min(accepted_at) FILTER (WHERE matches) AS oldest_at,
              count(*)::int AS seen
         FROM (SELECT e.matched @> ARRAY[$2]::text[] AS matches, e.accepted_at FROM events e
                WHERE e.tenant_id = $1 AND e.seq >= $3 AND e.accepted_at >= $4 ORDER BY e.seq LIMIT $5) AS behind`,
      [storable(tenantId), storable(subscriptionId), lowest(lanes), since, max],
    );
    const queue = { waiting: row.waiting, oldestAt: row.oldest_at, atLeast: row.seen >= max };
    return new Map(lanes.map((lane) => [lane, queue]));
  }

  /** One reading for all lanes of the subscription; which of them an entity is in is known here alone. */
  private async byEntity(tenantId: string, { subscriptionId, lanes, max, since }: Asked) {
    const bound = Math.min(max, entityPlacesMax);
    const rows = await this.database.query<{ entity: string | null; seq: string; at: Date }>(
      `SELECT CASE WHEN e.matched @> ARRAY[$2]::text[] THEN coalesce(e.entity_id, e.event_id) END AS entity, e.seq,
              e.accepted_at AS at
         FROM events e WHERE e.tenant_id = $1 AND e.seq >= $3 AND e.accepted_at >= $4 ORDER BY e.seq LIMIT $5`,
      [storable(tenantId), storable(subscriptionId), lowest(lanes), since, bound],
    );
    const byLane = new Map(lanes.map((lane) => [lane.lane, lane]));
    const queues = new Map(lanes.map((lane) => [lane, { ...none, atLeast: rows.length >= bound }]));
    const names = new Map<string, string>();
    for (const { entity, seq, at } of rows) {
      if (entity === null) continue;
      const name = names.get(entity) ?? laneByEntity(entity);
      names.set(entity, name);
      const lane = byLane.get(name);
      if (!lane || Number(seq) < Number(lane.cursor)) continue;
      const queue = queues.get(lane)!;
      queue.waiting++;
      queue.oldestAt = earlier(queue.oldestAt, at);
    }
    return queues;
  }

  /** What has failed and is tried again beside its lane; a lane's head is not among it. */
  private async retries(
    tenantId: string,
    subscriptionIds: readonly string[] | undefined,
  ): Promise<Map<string, RetriesRow>> {
    if (subscriptionIds?.length === 0) return new Map();
    const rows = await this.database.query<RetriesRow & { subscription_id: string; all: number }>(
      `SELECT subscription_id, count(*)::int AS waiting, min(next_attempt_at) AS next_at,
              min(first_attempt_at) AS oldest_at, coalesce(max(attempts), 0) AS attempts,
              (sum(count(*)) OVER ())::int AS all
         FROM (SELECT d.subscription_id, d.next_attempt_at, d.first_attempt_at, d.attempts FROM deliveries d
                WHERE d.tenant_id = $1 AND ($2::text[] IS NULL OR d.subscription_id = ANY ($2))
                  AND d.status = 'waiting' AND d.status <> 'delivered'
                  AND NOT EXISTS (SELECT 1 FROM purges p WHERE p.tenant_id = $1 AND p.subscription_id = d.subscription_id)
                  AND NOT EXISTS (SELECT 1 FROM lanes l WHERE l.tenant_id = $1 AND l.subscription_id = d.subscription_id
                                     AND l.cursor = d.seq)
                ORDER BY d.seq DESC LIMIT ${retriesMax}) AS alone
        GROUP BY subscription_id`,
      [storable(tenantId), subscriptionIds ?? null],
    );
    return new Map(
      rows.map(({ all, ...row }) => [row.subscription_id, { ...row, at_least: all >= retriesMax }]),
    );
  }
}

function lowest(lanes: readonly Lane[]): number {
  return Math.min(...lanes.map(({ cursor }) => Number(cursor)));
}

function earlier(one: Date | null, other: Date | null): Date | null {
  return one === null || (other !== null && other < one) ? other : one;
}
