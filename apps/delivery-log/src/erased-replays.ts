import { decodeSeqs, type ForgetMessage, UndecodableError } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Transaction } from '@posthorn/runtime';
import type { Erasing } from './erasure.service.js';
import { type ErasedEvent, forgetOf } from './erasures.js';
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

/**
 * What jobs send out of stored payloads waits in retry-scheduler for its first attempt, too; of one that has
 * read them already it is there a moment later. Which events a job may have sent stands in its chunk before
 * it sends any.
 */
export async function sentByReplays(
  tx: Transaction,
  tenantId: string,
  events: readonly ErasedEvent[],
): Promise<ForgetMessage[]> {
  const jobs = await tx.query<{ id: string; target: string; chunk: string }>(
    `SELECT id, target_subscription_id AS target, chunk FROM replays
      WHERE tenant_id = $1 AND status = 'running' AND chunk_by = 'payload' AND chunk IS NOT NULL`,
    [tenantId],
  );
  return jobs.flatMap(({ id, target, chunk }) => {
    const seqs = seqsOf(chunk);
    return events
      .filter(({ seq }) => seqs.has(seq))
      .map(({ eventId, beforeMs }) =>
        forgetOf(tenantId, { deliveryId: deliveryId(eventId, target, id), subscriptionId: target }, beforeMs),
      );
  });
}

/** A job whose chunk nobody can read sends nothing, and holds up no erasure. */
function seqsOf(chunk: string): ReadonlySet<number> {
  try {
    return new Set(decodeSeqs(chunk));
  } catch (err) {
    if (err instanceof UndecodableError) return new Set();
    throw err;
  }
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
