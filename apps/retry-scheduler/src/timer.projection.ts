import {
  decodeCursors,
  decodeRetries,
  type ForgetMessage,
  laneOfKey,
  type ParkedLane,
  type RetryMessage,
} from '@posthorn/contracts';
import { readTrace, type InRecord, type TraceContext } from '@posthorn/messaging';
import type { ProjectionBatch, TopicPartition, Transaction } from '@posthorn/runtime';
import { forget, forgotten } from './forgotten.js';

type Parked = { key: string; lane: ParkedLane };
type Waiting = {
  offset: number;
  key: string;
  value: Buffer;
  retry: RetryMessage;
  trace: TraceContext | undefined;
};

/**
 * Makes timers of what the dispatcher wrote: a row per parked lane, a row per delivery that waits alone.
 * Safe under repeats: the newest record of a lane or a delivery wins, and the offset is kept in the same
 * transaction. What cannot be decoded throws, and the runner rejects that one record.
 */
export class TimerProjection {
  private readonly earliest = new Map<string, number>();

  /**
   * The earliest time that a source partition brought since the last call. Asked after its commit: a time
   * that is known before the row can be seen would be looked up in vain.
   */
  takeEarliest(at: TopicPartition): number {
    const earliest = this.earliest.get(keyOf(at)) ?? Infinity;
    this.earliest.delete(keyOf(at));
    return earliest;
  }

  private note(at: TopicPartition, dueAts: number[]): void {
    const known = this.earliest.get(keyOf(at)) ?? Infinity;
    this.earliest.set(
      keyOf(at),
      dueAts.reduce((least, dueAt) => Math.min(least, dueAt), known),
    );
  }

  /**
   * `cursors`: a lane that is parked waits, any other word about it (behind, or live by its tombstone)
   * ends that.
   */
  async applyCursors(batch: ProjectionBatch<InRecord>, tx: Transaction): Promise<void> {
    const { partition, records } = batch;
    const lanes = new Map<string, ParkedLane | undefined>();
    for (const { key, value } of records) {
      const text = key?.toString('utf8') ?? '';
      // The owner's own records (_owner, _window, _due) say nothing about time.
      if (!laneOfKey(text)) continue;
      const message = value === null ? undefined : decodeCursors(value);
      lanes.set(text, message?.kind === 'parked' ? message : undefined);
    }
    const parked: Parked[] = [];
    const gone: string[] = [];
    for (const [key, lane] of lanes)
      if (lane) parked.push({ key, lane });
      else gone.push(key);
    if (gone.length > 0)
      await tx.query('DELETE FROM lane_timers WHERE partition = $1 AND lane_key = ANY($2::text[])', [
        partition,
        gone,
      ]);
    if (parked.length === 0) return;
    await this.park(partition, parked, tx);
    this.note(
      batch,
      parked.map(({ lane }) => lane.dueAt),
    );
  }

  /**
   * A lane that is written again as it was keeps its lease: otherwise owner and timer would chase each
   * other.
   */
  private async park(partition: number, parked: Parked[], tx: Transaction): Promise<void> {
    const lanes = parked.map(({ lane }) => lane);
    await tx.query(
      `INSERT INTO lane_timers AS t
         (partition, lane_key, tenant_id, subscription_id, lane, cursor, attempt, due_at, claim_at)
       SELECT $1, r.lane_key, r.tenant_id, r.subscription_id, r.lane, r.cursor, r.attempt, r.due_at, r.due_at
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::int[], $8::bigint[])
           AS r (lane_key, tenant_id, subscription_id, lane, cursor, attempt, due_at)
       ON CONFLICT (partition, lane_key) DO UPDATE
         SET cursor = excluded.cursor, attempt = excluded.attempt, due_at = excluded.due_at,
             claim_at = excluded.claim_at, claims = 0
         WHERE (t.cursor, t.attempt, t.due_at) IS DISTINCT FROM (excluded.cursor, excluded.attempt, excluded.due_at)`,
      [
        partition,
        parked.map(({ key }) => key),
        lanes.map(({ tenantId }) => tenantId),
        lanes.map(({ subscriptionId }) => subscriptionId),
        lanes.map(({ lane }) => lane),
        lanes.map(({ cursor }) => cursor),
        lanes.map(({ attempt }) => attempt),
        lanes.map(({ dueAt }) => Math.ceil(dueAt)),
      ],
    );
  }

  /**
   * `retries`: a delivery has one timer; a later word about it ("retry now") takes the place of the
   * earlier one. Of one that was erased there is none any more.
   */
  async applyRetries(batch: ProjectionBatch<InRecord>, tx: Transaction): Promise<void> {
    const { partition, records } = batch;
    const byDelivery = new Map<string, Waiting>();
    const erased: ForgetMessage[] = [];
    for (const record of records) {
      const { offset, key, value } = record;
      const retry = decodeRetries(value);
      if ('kind' in retry) {
        erased.push(retry);
        continue;
      }
      const waiting = {
        offset,
        key: key?.toString('utf8') ?? '',
        value: value!,
        retry,
        trace: readTrace(record),
      };
      byDelivery.set(retry.deliveryId, waiting);
    }
    await forget(tx, partition, erased);
    if (byDelivery.size === 0) return;
    const gone = await forgotten(
      tx,
      partition,
      [...byDelivery.values()].map(({ retry }) => retry),
    );
    const rows = [...byDelivery.values()].filter(({ retry }) => !gone.has(retry.deliveryId));
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO delivery_timers
         (partition, delivery_id, "offset", key, message, traceparent, tracestate, due_at, claim_at)
       SELECT $1, r.delivery_id, r."offset", r.key, r.message, r.traceparent, r.tracestate, r.due_at, r.due_at
         FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::bigint[])
           AS r (delivery_id, "offset", key, message, traceparent, tracestate, due_at)
       ON CONFLICT (partition, delivery_id) DO UPDATE
         SET "offset" = excluded."offset", key = excluded.key, message = excluded.message,
             traceparent = excluded.traceparent, tracestate = excluded.tracestate,
             due_at = excluded.due_at, claim_at = excluded.claim_at, claims = 0`,
      [
        partition,
        rows.map(({ retry }) => retry.deliveryId),
        rows.map(({ offset }) => offset),
        rows.map(({ key }) => key),
        rows.map(({ value }) => value),
        rows.map(({ trace }) => trace?.traceparent ?? null),
        rows.map(({ trace }) => trace?.tracestate ?? null),
        rows.map(({ retry }) => Math.ceil(retry.dueAt)),
      ],
    );
    this.note(
      batch,
      rows.map(({ retry }) => retry.dueAt),
    );
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
