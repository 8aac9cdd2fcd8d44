import type { Transaction } from '@posthorn/runtime';
import type { Erasing } from './erasure.service.js';
import type { ReplayFilter } from './replay.js';
import { storable, storableOrNull } from './sql-values.js';

/**
 * Jobs that name what was erased say so no more, nor do the answers to who ordered them, and those that are
 * open stop: with no filter they would be about everything. Who runs one looks first whether it is to stop.
 */
export async function eraseReplays(tx: Transaction, erasing: Erasing): Promise<void> {
  const ids = await meant(tx, erasing);
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE replays SET filter = '{}', cancel_asked = true,
            status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END,
            ended_at = CASE status WHEN 'queued' THEN now() ELSE ended_at END
      WHERE id = ANY($1)`,
    [ids],
  );
  // As text: one answer that is no JSON to PostgreSQL must not hold up what others want erased.
  await tx.query(
    `UPDATE idempotency_keys SET answer = NULL, committed = true
      WHERE substring(answer FROM '"id":"(rpl_[^"]+)"') = ANY($1)`,
    [ids],
  );
}

/** Filters are compared here: one with U+0000, which json holds, is no text to PostgreSQL. */
async function meant(tx: Transaction, erasing: Erasing): Promise<string[]> {
  const { tenant_id, accepted_before, kind, subscription_id, entity_name, entity_id } = erasing;
  const rows = await tx.query<{ id: string; filter: ReplayFilter }>(
    `SELECT id, filter FROM replays WHERE tenant_id = $1 AND created_at < $2
        AND ($3::text IS NULL OR $3 IN (subscription_id, target_subscription_id))`,
    [tenant_id, accepted_before, subscription_id],
  );
  const names = ({ entityName, entityId }: ReplayFilter): boolean =>
    (entityName === undefined || storable(entityName) === entity_name) &&
    storableOrNull(entityId) === entity_id;
  return rows.filter(({ filter }) => kind !== 'entity' || names(filter)).map(({ id }) => id);
}
