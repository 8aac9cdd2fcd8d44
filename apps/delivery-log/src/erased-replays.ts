import type { Transaction } from '@posthorn/runtime';
import type { Erasing } from './erasure.service.js';

/**
 * Jobs that name what was erased say so no more, nor do the answers to who ordered them, and those that are
 * open stop: with no filter they would be about everything. Who runs one looks first whether it is to stop.
 */
export async function eraseReplays(tx: Transaction, erasing: Erasing): Promise<void> {
  const { tenant_id, accepted_before, kind, subscription_id, entity_name, entity_id } = erasing;
  const meant =
    kind === 'entity'
      ? `filter->>'entityId' = $4 AND coalesce(filter->>'entityName', $5) = $5 AND $3::text IS NULL`
      : `($3::text IS NULL OR $3 IN (subscription_id, target_subscription_id)) AND $4::text IS NULL AND $5::text IS NULL`;
  await tx.query(
    `WITH stopped AS (
       UPDATE replays SET filter = '{}', cancel_asked = true,
              status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END,
              ended_at = CASE status WHEN 'queued' THEN now() ELSE ended_at END
        WHERE tenant_id = $1 AND created_at < $2 AND ${meant} RETURNING id
     )
     UPDATE idempotency_keys SET answer = NULL, committed = true
      WHERE answer IS NOT NULL AND answer::json->'body'->>'id' IN (SELECT id FROM stopped)`,
    [tenant_id, accepted_before, subscription_id, entity_id, entity_name],
  );
}
