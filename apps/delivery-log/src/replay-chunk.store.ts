import { Injectable } from '@nestjs/common';
import { attemptsTopic } from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';
import type { EventRow } from './event-view.js';
import type { ReplayRow } from './replay.store.js';
import type { SubscriptionView } from './rule-book.js';

export type SentState = { seq: number; status: string; entity: string };

/** What the job's runner asks about what it has sent; within its transaction. */
@Injectable()
export class ReplayChunkStore {
  async target(tx: Transaction, row: ReplayRow): Promise<SubscriptionView | undefined> {
    const [target] = await tx.query<{ snapshot: SubscriptionView }>(
      'SELECT snapshot FROM subscriptions WHERE tenant_id = $1 AND subscription_id = $2',
      [row.tenant_id, row.target_subscription_id],
    );
    return target?.snapshot;
  }

  /**
   * The window passes an order when its lane is durable, and both are read from one partition of `cursors`:
   * where the window has passed it and there is no lane, the lane has come to its end.
   */
  async laneHasEnded(tx: Transaction, row: ReplayRow): Promise<boolean> {
    const [state] = await tx.query<{ ended: boolean }>(
      `SELECT coalesce((SELECT next FROM windows WHERE partition = $1) > $2::bigint, false)
          AND NOT EXISTS (SELECT 1 FROM lanes WHERE tenant_id = $3 AND subscription_id = $4 AND lane = $5) AS ended`,
      [row.partition, row.chunk_order, row.tenant_id, row.target_subscription_id, `replay/${row.id}`],
    );
    return state.ended;
  }

  /** Its receiver is not asked at present: by the job's own lane, or by any that single retries wait for. */
  async isParked(tx: Transaction, row: ReplayRow): Promise<boolean> {
    const [state] = await tx.query<{ parked: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM lanes WHERE tenant_id = $1 AND subscription_id = $2 AND kind = 'parked'
                         AND ($3 = 'payload' OR lane = $4)) AS parked`,
      [row.tenant_id, row.target_subscription_id, row.chunk_by, `replay/${row.id}`],
    );
    return state.parked;
  }

  /** How far attempts of the job's partition are projected. */
  async projectedTo(tx: Transaction, { partition }: ReplayRow): Promise<number> {
    const [row] = await tx.query<{ next: string }>(
      'SELECT next FROM projection_offsets WHERE topic = $1 AND partition = $2',
      [attemptsTopic.name, partition],
    );
    return Number(row?.next ?? 0);
  }

  /** Deliveries that the job has made of these events, with the entity that decides their order. */
  async sent(tx: Transaction, row: ReplayRow, seqs: readonly number[]): Promise<SentState[]> {
    if (seqs.length === 0) return [];
    const rows = await tx.query<{ seq: string; status: string }>(
      `SELECT seq, status FROM deliveries WHERE tenant_id = $1 AND subscription_id = $2 AND seq = ANY($3::bigint[])
          AND replay_id = $4`,
      [row.tenant_id, row.target_subscription_id, seqs, row.id],
    );
    const statuses = new Map(rows.map(({ seq, status }) => [Number(seq), status]));
    const events = await tx.query<{ seq: string; entity: string }>(
      `SELECT seq, coalesce(entity_id, event_id) AS entity FROM events
        WHERE tenant_id = $1 AND seq = ANY($2::bigint[])`,
      [row.tenant_id, seqs],
    );
    return events.map(({ seq, entity }) => ({
      ...{ seq: Number(seq), entity, status: statuses.get(Number(seq)) ?? 'sent' },
    }));
  }

  async events(tx: Transaction, row: ReplayRow, seqs: readonly number[]): Promise<EventRow[]> {
    return tx.query<EventRow>(
      `SELECT seq, tenant_id, event_id, type, entity_name, entity_id, "timestamp", source, accepted_at, matched,
              unmatched_reason, data
         FROM events WHERE tenant_id = $1 AND seq = ANY($2::bigint[]) ORDER BY seq`,
      [row.tenant_id, seqs],
    );
  }
}
