import { type CursorsMessage, decodeCursors, laneOfKey, type LaneMessage } from '@posthorn/contracts';
import type { ProjectionBatch, Transaction } from '@posthorn/runtime';
import { columnsOf } from './sql-values.js';

type LaneIdentity = Pick<LaneMessage, 'tenantId' | 'subscriptionId' | 'lane'>;
type WindowMessage = Extract<CursorsMessage, { kind: 'window' }>;

/**
 * `cursors.v1` into `lanes` (those that are not live) and `windows`: with them what waits is computed. The
 * last record of a key counts, as in the compacted topic itself.
 */
export class LaneProjection {
  async apply({ partition, records }: ProjectionBatch, tx: Transaction): Promise<void> {
    const lanes = new Map<string, LaneMessage>();
    const live = new Map<string, LaneIdentity>();
    let window: WindowMessage | undefined;
    for (const { key: keyBytes, value } of records) {
      const key = keyBytes?.toString('utf8') ?? '';
      if (value === null) {
        const lane = laneOfKey(key);
        if (lane) live.set(key, lane);
        lanes.delete(key);
        continue;
      }
      const message = decodeCursors(value);
      if (message.kind === 'window') window = message;
      if (message.kind !== 'parked' && message.kind !== 'behind') continue;
      lanes.set(key, message);
      live.delete(key);
    }
    await removeLanes(tx, [...live.values()]);
    await writeLanes(tx, [...lanes.values()]);
    if (window) await writeWindow(tx, partition, window);
  }
}

async function writeLanes(tx: Transaction, lanes: readonly LaneMessage[]): Promise<void> {
  if (lanes.length === 0) return;
  const parked = (lane: LaneMessage) => (lane.kind === 'parked' ? lane : undefined);
  await tx.query(
    `INSERT INTO lanes (tenant_id, subscription_id, lane, kind, cursor, attempt, due_at, failing_since, reason)
     SELECT tenant_id, subscription_id, lane, kind, cursor, attempt, to_timestamp(due_ms / 1000.0),
            to_timestamp(failing_ms / 1000.0), reason
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::float8[], $8::float8[],
                   $9::text[])
         AS row (tenant_id, subscription_id, lane, kind, cursor, attempt, due_ms, failing_ms, reason)
     ON CONFLICT (tenant_id, subscription_id, lane) DO UPDATE
       SET kind = excluded.kind, cursor = excluded.cursor, attempt = excluded.attempt, due_at = excluded.due_at,
           failing_since = excluded.failing_since, reason = excluded.reason`,
    columnsOf(lanes, [
      ({ tenantId }) => tenantId,
      ({ subscriptionId }) => subscriptionId,
      ({ lane }) => lane,
      ({ kind }) => kind,
      ({ cursor }) => cursor,
      ({ attempt }) => attempt,
      (lane) => parked(lane)?.dueAt ?? null,
      ({ failingSince }) => failingSince ?? null,
      (lane) => parked(lane)?.reason ?? null,
    ]),
  );
}

async function removeLanes(tx: Transaction, lanes: readonly LaneIdentity[]): Promise<void> {
  if (lanes.length === 0) return;
  await tx.query(
    `DELETE FROM lanes USING unnest($1::text[], $2::text[], $3::text[]) AS live (tenant_id, subscription_id, lane)
      WHERE lanes.tenant_id = live.tenant_id AND lanes.subscription_id = live.subscription_id
        AND lanes.lane = live.lane`,
    columnsOf(lanes, [
      ({ tenantId }) => tenantId,
      ({ subscriptionId }) => subscriptionId,
      ({ lane }) => lane,
    ]),
  );
}

async function writeWindow(tx: Transaction, partition: number, { next, at }: WindowMessage): Promise<void> {
  await tx.query(
    `INSERT INTO windows (partition, next, at) VALUES ($1, $2, to_timestamp($3 / 1000.0))
     ON CONFLICT (partition) DO UPDATE SET next = excluded.next, at = excluded.at`,
    [partition, next, at],
  );
}
