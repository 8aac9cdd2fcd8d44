import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '@posthorn/runtime';
import { encodeCursor, type Page, type Position } from './page.js';
import {
  newReplayId,
  type ReplayFilter,
  type ReplayKind,
  type ReplayStatus,
  type ReplayWish,
} from './replay.js';
import { selectionOf } from './replay-selection.js';
import { storable } from './sql-values.js';

export type ReplayRow = {
  id: string;
  tenant_id: string;
  subscription_id: string;
  target_subscription_id: string;
  kind: ReplayKind;
  from_at: Date | null;
  to_at: Date;
  filter: ReplayFilter;
  status: ReplayStatus;
  total: string;
  done: string;
  failed: string;
  waiting: string;
  error: string | null;
  cancel_asked: boolean;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  moved_at: Date | null;
  partition: number;
  next_seq: string;
  until_seq: string;
  taken: string;
  chunk: string | null;
  chunk_by: 'lane' | 'payload' | null;
  chunk_no: number;
  chunk_order: string | null;
  chunk_sent: number;
};

export type LogEnd = { partition: number; untilSeq: number };
type Asks = { query<T>(sql: string, params?: unknown[]): Promise<T[]> };

const isOpen = `status IN ('queued', 'running')`;
const keptDays = 90;

/** Jobs that send events again. */
@Injectable()
export class ReplayStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Where the tenant's events end; undefined where it has none. */
  async endOf(tenantId: string): Promise<LogEnd | undefined> {
    const [row] = await this.database.query<{ partition: number; seq: string }>(
      'SELECT partition, seq FROM events WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1',
      [storable(tenantId)],
    );
    return row && { partition: row.partition, untilSeq: Number(row.seq) + 1 };
  }

  async count(tenantId: string, wish: ReplayWish, untilSeq: number, orderedAt: Date): Promise<number> {
    const { sql, params } = selectionOf({ ...wish, tenantId, fromSeq: 0, untilSeq, orderedAt });
    const [row] = await this.database.query<{ count: string }>(
      `SELECT count(*) AS count FROM (${sql}) AS meant`,
      params,
    );
    return Number(row.count);
  }

  /** Undefined where the tenant has `openMax` already. */
  async create(
    tenantId: string,
    wish: ReplayWish,
    { partition, untilSeq }: LogEnd,
    { total, orderedAt, openMax }: { total: number; orderedAt: Date; openMax: number },
  ): Promise<ReplayRow | undefined> {
    const { subscriptionId, targetSubscriptionId, kind, from, to, filter } = wish;
    await this.database.query(
      `DELETE FROM replays WHERE tenant_id = $1 AND ended_at < now() - make_interval(days => ${keptDays})`,
      [storable(tenantId)],
    );
    const [row] = await this.database.query<ReplayRow>(
      `INSERT INTO replays (id, tenant_id, subscription_id, target_subscription_id, kind, from_at, to_at, filter, status,
                            total, partition, until_seq, created_at)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, $10, $11, $12
        WHERE (SELECT count(*) FROM replays WHERE tenant_id = $2 AND ${isOpen}) < $13
       RETURNING *`,
      [
        ...[newReplayId(), storable(tenantId), subscriptionId, targetSubscriptionId, kind, from, to],
        ...[JSON.stringify(filter), total, partition, untilSeq, orderedAt, openMax],
      ],
    );
    return row;
  }

  async find(tenantId: string, id: string): Promise<ReplayRow | undefined> {
    const [row] = await this.database.query<ReplayRow>(
      'SELECT * FROM replays WHERE tenant_id = $1 AND id = $2',
      [storable(tenantId), storable(id)],
    );
    return row;
  }

  /** Newest first. */
  async list(tenantId: string, limit: number, after?: Position): Promise<Page<ReplayRow>> {
    const rows = await this.database.query<ReplayRow>(
      `SELECT * FROM replays WHERE tenant_id = $1
          AND ($2::float8 IS NULL OR (created_at, id) < (to_timestamp($2 / 1000.0), $3::text))
        ORDER BY created_at DESC, id DESC LIMIT $4`,
      [storable(tenantId), after?.seq ?? null, after ? storable(after.replayId) : '', limit + 1],
    );
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    const cursor = last && { seq: last.created_at.getTime(), subscriptionId: '', replayId: last.id };
    return { items, nextCursor: cursor ? encodeCursor(cursor) : null };
  }

  /** What waits is over at once; what runs is told to stop. */
  async cancel(tenantId: string, id: string): Promise<ReplayRow | undefined> {
    const [row] = await this.database.query<ReplayRow>(
      `UPDATE replays SET cancel_asked = true,
              status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END,
              ended_at = CASE status WHEN 'queued' THEN now() ELSE ended_at END
        WHERE tenant_id = $1 AND id = $2 AND ${isOpen} RETURNING *`,
      [storable(tenantId), storable(id)],
    );
    return row;
  }

  async anyOpen(): Promise<boolean> {
    return (await this.database.query(`SELECT 1 FROM replays WHERE ${isOpen} LIMIT 1`)).length > 0;
  }

  /** Starts what may run beside what runs: the oldest first, one at a time for a subscription. */
  async promote(runningMax: number, runningOfTenantMax: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('delivery-log/replays', 0))`);
      await tx.query(
        `UPDATE replays SET status = 'running', started_at = now(), moved_at = now()
          WHERE id IN (
            SELECT q.id FROM replays q WHERE q.status = 'queued'
               AND (SELECT count(*) FROM replays r WHERE r.status = 'running') < $1
               AND (SELECT count(*) FROM replays r WHERE r.status = 'running' AND r.tenant_id = q.tenant_id) < $2
               AND NOT EXISTS (SELECT 1 FROM replays r WHERE r.status = 'running' AND r.tenant_id = q.tenant_id
                                  AND r.target_subscription_id = q.target_subscription_id)
             ORDER BY q.created_at, q.id LIMIT 1)`,
        [runningMax, runningOfTenantMax],
      );
    });
  }

  async running(): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM replays WHERE status = 'running' ORDER BY created_at`,
    );
    return rows.map(({ id }) => id);
  }

  /** Ended ones of which deliveries are still tried again. */
  async unsettled(max: number): Promise<ReplayRow[]> {
    return this.database.query<ReplayRow>(
      `SELECT * FROM replays WHERE waiting > 0 AND status NOT IN ('queued', 'running') ORDER BY created_at LIMIT $1`,
      [max],
    );
  }

  /** Alone with a job that runs: undefined where another instance is at it, or it has ended. */
  async locked(tx: Transaction, id: string): Promise<ReplayRow | undefined> {
    const [row] = await tx.query<ReplayRow>(
      `SELECT * FROM replays WHERE id = $1 AND status = 'running' FOR UPDATE SKIP LOCKED`,
      [id],
    );
    return row;
  }

  async update(asks: Asks, id: string, changes: Partial<ReplayRow>): Promise<void> {
    const names = Object.keys(changes);
    const sets = names.map((name, i) => `${name} = $${i + 2}`);
    await asks.query(`UPDATE replays SET ${sets.join(', ')} WHERE id = $1`, [id, ...Object.values(changes)]);
  }

  /** What has become of its deliveries until now. */
  async recount(asks: Asks, row: ReplayRow): Promise<{ done: number; failed: number; waiting: number }> {
    const counts = await asks.query<{ status: string; count: string }>(
      `SELECT status, count(*) AS count FROM deliveries WHERE tenant_id = $1 AND replay_id = $2 AND replay_id <> ''
        GROUP BY status`,
      [row.tenant_id, row.id],
    );
    const of = (...statuses: string[]): number =>
      counts.reduce((sum, { status, count }) => sum + (statuses.includes(status) ? Number(count) : 0), 0);
    const now = {
      done: of('delivered'),
      failed: of('failed', 'expired', 'cancelled'),
      waiting: of('waiting'),
    };
    const before = [row.done, row.failed, row.waiting].map(Number);
    if (before.join() !== [now.done, now.failed, now.waiting].join())
      await asks.query(
        'UPDATE replays SET done = $2, failed = $3, waiting = $4, moved_at = now() WHERE id = $1',
        [row.id, now.done, now.failed, now.waiting],
      );
    return now;
  }

  async next(tx: Transaction, row: ReplayRow, untilSeq: number, max: number): Promise<number[]> {
    const { sql, params } = selectionOf({
      ...{ tenantId: row.tenant_id, subscriptionId: row.subscription_id },
      ...{ targetSubscriptionId: row.target_subscription_id, kind: row.kind, filter: row.filter },
      ...{ from: row.from_at, to: row.to_at, orderedAt: row.created_at },
      ...{ fromSeq: Number(row.next_seq), untilSeq },
    });
    const rows = await tx.query<{ seq: string }>(`${sql} LIMIT ${max}`, params);
    return rows.map(({ seq }) => Number(seq));
  }
}
