import { Inject, Injectable } from '@nestjs/common';
import { Database, markClaim, type Transaction } from '@posthorn/runtime';
import { fillAuditOutbox, type OrderedBy, replayNote } from './audit-notes.js';
import { type SeqRange, seqRangeOf } from './log-minutes.js';
import { encodeCursor, type Page, type Position } from './page.js';
import {
  newReplayId,
  type ReplayFilter,
  type ReplayKind,
  type ReplayStatus,
  type ReplayWish,
} from './replay.js';
import { type Selection, selectionOf } from './replay-selection.js';
import { type Counted, counted, pieceSeqs } from './replay-count.js';
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
  rest_until: Date | null;
  total_estimated: boolean;
};

export type LogEnd = { partition: number; untilSeq: number };
type Asks = { query<T>(sql: string, params?: unknown[]): Promise<T[]> };

const isOpen = `status IN ('queued', 'running')`;
const keptDays = 90;
/** Jobs that are looked at in one go. */
const lookedAtMax = 50;
/** How long somebody waits for a count, and a step looks for events that are far between. */
const countMaxMs = 5_000;
const lookMaxMs = 2_000;

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

  /** Piece by piece, as far as the time goes: then what was not looked at is taken to be like the rest. */
  async count(tenantId: string, wish: ReplayWish, untilSeq: number, orderedAt: Date): Promise<Counted> {
    const range = await this.rangeOf(tenantId, wish, untilSeq);
    return counted(range, countMaxMs, (piece) =>
      this.database.transaction(async (tx) => {
        await tx.query(`SET LOCAL statement_timeout = ${countMaxMs}`);
        const { sql, params } = selectionOf({ ...wish, tenantId, ...piece, orderedAt });
        const [row] = await tx.query<{ count: string }>(
          `SELECT count(*) AS count FROM (${sql}) AS meant`,
          params,
        );
        return Number(row.count);
      }),
    );
  }

  /** Where in the log it all is; the order of time is not quite that of the log. */
  private async rangeOf(tenantId: string, { from, to }: ReplayWish, untilSeq: number): Promise<SeqRange> {
    const until = to.getTime() + 1;
    const range = await seqRangeOf(this.database, storable(tenantId), {
      ...{ fromMs: from?.getTime(), untilMs: until },
    });
    const [first] = await this.database.query<{ seq: string }>(
      'SELECT seq FROM events WHERE tenant_id = $1 ORDER BY seq LIMIT 1',
      [storable(tenantId)],
    );
    const fromSeq = Math.max(range.fromSeq, Number(first?.seq ?? untilSeq));
    return { fromSeq, untilSeq: Math.min(range.untilSeq, untilSeq) };
  }

  /** Undefined where the tenant has `openMax` already. */
  async create(
    tenantId: string,
    wish: ReplayWish,
    { partition, untilSeq }: LogEnd,
    { total, orderedAt, openMax, by }: { total: Counted; orderedAt: Date; openMax: number; by: OrderedBy },
  ): Promise<ReplayRow | undefined> {
    const { subscriptionId, targetSubscriptionId, kind, from, to, filter } = wish;
    await this.database.query(
      `DELETE FROM replays WHERE tenant_id = $1 AND ended_at < now() - make_interval(days => ${keptDays})`,
      [storable(tenantId)],
    );
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<ReplayRow>(
        `INSERT INTO replays (id, tenant_id, subscription_id, target_subscription_id, kind, from_at, to_at, filter, status,
                            total, partition, until_seq, created_at, total_estimated)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, $10, $11, $12, $14
        WHERE (SELECT count(*) FROM replays WHERE tenant_id = $2 AND ${isOpen}) < $13
       RETURNING *`,
        [
          ...[newReplayId(), storable(tenantId), subscriptionId, targetSubscriptionId, kind, from, to],
          ...[JSON.stringify(filter), total.count, partition, untilSeq, orderedAt, openMax, total.estimated],
        ],
      );
      if (!row) return undefined;
      await fillAuditOutbox(tx, by, replayNote('created', row));
      await markClaim(tx);
      return row;
    });
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
  async cancel(tenantId: string, id: string, by: OrderedBy): Promise<ReplayRow | undefined> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<ReplayRow | undefined>(
        `UPDATE replays SET cancel_asked = true,
                status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END,
                ended_at = CASE status WHEN 'queued' THEN now() ELSE ended_at END
          WHERE tenant_id = $1 AND id = $2 AND ${isOpen} RETURNING *`,
        [storable(tenantId), storable(id)],
      );
      if (!row) return undefined;
      // Of several who say it while it runs, the first one did it.
      await fillAuditOutbox(tx, by, replayNote('cancelled', row));
      return row;
    });
  }

  async anyOpen(): Promise<boolean> {
    return (await this.database.query(`SELECT 1 FROM replays WHERE ${isOpen} LIMIT 1`)).length > 0;
  }

  /**
   * Starts what may run beside what runs: the oldest first, one at a time for a subscription. What rests
   * holds back nobody but those who want to send to the same one.
   */
  async promote(runningMax: number, runningOfTenantMax: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('delivery-log/replays', 0))`);
      await tx.query(
        `UPDATE replays SET status = 'running', started_at = now(), moved_at = now()
          WHERE id IN (
            SELECT q.id FROM replays q WHERE q.status = 'queued'
               AND (SELECT count(*) FROM replays r WHERE r.status = 'running' AND r.rest_until IS NULL) < $1
               AND (SELECT count(*) FROM replays r WHERE r.status = 'running' AND r.rest_until IS NULL
                       AND r.tenant_id = q.tenant_id) < $2
               AND NOT EXISTS (SELECT 1 FROM replays r WHERE r.status = 'running' AND r.tenant_id = q.tenant_id
                                  AND r.target_subscription_id = q.target_subscription_id)
             ORDER BY q.created_at, q.id LIMIT 1)`,
        [runningMax, runningOfTenantMax],
      );
    });
  }

  /** The oldest first; without those that rest a while longer, and without those. */
  async running(without: readonly string[]): Promise<{ id: string; tenantId: string }[]> {
    return this.database.query<{ id: string; tenantId: string }>(
      `SELECT id, tenant_id AS "tenantId" FROM replays
        WHERE status = 'running' AND (rest_until IS NULL OR rest_until <= now() OR cancel_asked) AND id <> ALL($1)
        ORDER BY started_at, id LIMIT ${lookedAtMax}`,
      [without],
    );
  }

  /** `error`: why its last step failed, where it did. */
  async rest(asks: Asks, id: string, ms: number, error: string | null = null): Promise<void> {
    await asks.query(
      `UPDATE replays SET rest_until = now() + make_interval(secs => $2), error = $3
        WHERE id = $1 AND status = 'running'`,
      [id, ms / 1_000, error],
    );
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

  /**
   * The next events that are meant, and the place behind which those are that come then. Where they are far
   * between, there may be none yet though more come.
   */
  async next(
    tx: Transaction,
    row: ReplayRow,
    untilSeq: number,
    max: number,
  ): Promise<{ seqs: number[]; nextSeq: number }> {
    const endMs = performance.now() + lookMaxMs;
    let from = Number(row.next_seq);
    while (from < untilSeq) {
      const until = Math.min(untilSeq, from + pieceSeqs);
      const { sql, params } = selectionOf({ ...selectionOfRow(row), fromSeq: from, untilSeq: until });
      const rows = await tx.query<{ seq: string }>(`${sql} LIMIT ${max}`, params);
      const seqs = rows.map(({ seq }) => Number(seq));
      if (seqs.length > 0) return { seqs, nextSeq: seqs.length < max ? until : seqs.at(-1)! + 1 };
      from = until;
      if (performance.now() > endMs) break;
    }
    return { seqs: [], nextSeq: Math.max(from, Number(row.next_seq)) };
  }
}

function selectionOfRow(row: ReplayRow): Omit<Selection, 'fromSeq' | 'untilSeq'> {
  return {
    ...{ tenantId: row.tenant_id, subscriptionId: row.subscription_id },
    ...{ targetSubscriptionId: row.target_subscription_id, kind: row.kind, filter: row.filter },
    ...{ from: row.from_at, to: row.to_at, orderedAt: row.created_at },
  };
}
