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

  /**
   * What is known of the job's deliveries of these events, with the entity that decides their order; `sent`
   * where nothing is. In the log's order, without events that are no more.
   */
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
        WHERE tenant_id = $1 AND seq = ANY($2::bigint[]) ORDER BY seq`,
      [row.tenant_id, seqs],
    );
    return events.map(({ seq, entity }) => ({
      ...{ seq: Number(seq), entity, status: statuses.get(Number(seq)) ?? 'sent' },
    }));
  }

  /** As many of these as are not larger together, at least one. No payload beyond that is read. */
  async events(
    tx: Transaction,
    row: ReplayRow,
    seqs: readonly number[],
    bytesMax: number,
  ): Promise<EventRow[]> {
    return tx.query<EventRow>(
      `SELECT e.seq, e.tenant_id, e.event_id, e.type, e.entity_name, e.entity_id, e."timestamp", e.source,
              e.accepted_at, e.matched, e.unmatched_reason, e.data
         FROM (SELECT seq, accepted_at, octet_length(data) AS bytes, sum(octet_length(data)) OVER (ORDER BY seq) AS until
                 FROM events WHERE tenant_id = $1 AND seq = ANY($2::bigint[])) AS fitting
         JOIN events e ON e.tenant_id = $1 AND e.seq = fitting.seq AND e.accepted_at = fitting.accepted_at
        WHERE fitting.until <= greatest($3::bigint, fitting.bytes) ORDER BY e.seq`,
      [row.tenant_id, seqs, bytesMax],
    );
  }
}
