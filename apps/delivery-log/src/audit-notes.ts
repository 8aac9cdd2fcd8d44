import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type AuditNote, encodeAuditNote } from '@posthorn/contracts';
import type { ServiceRequest } from '@posthorn/runtime';
import type { ReplayRow } from './replay.store.js';
import { storable } from './sql-values.js';

/** Who orders, as the audit trail names people and keys, and the address it comes from. */
export type OrderedBy = { actor: string; origin: string | null };

/** Behind the guard, which found out who it is. */
export const Orderer = createParamDecorator((_: unknown, context: ExecutionContext): OrderedBy => {
  const { callerId, ip } = context.switchToHttp().getRequest<ServiceRequest>();
  if (callerId === undefined) throw new Error('the guard did not run');
  return { actor: callerId, origin: ip };
});

/** What was ordered, whoever it was. */
export type Ordered = Omit<AuditNote, 'actor' | 'origin' | 'at'>;

/**
 * Puts it where the relay finds it, in the transaction of what it tells of. A repeat while the first still
 * waits is the first.
 */
export async function fillAuditOutbox(
  asks: { query(sql: string, params?: unknown[]): Promise<unknown> },
  { actor, origin }: OrderedBy,
  note: Ordered,
): Promise<void> {
  const value = encodeAuditNote({ ...note, actor, origin, at: Date.now() });
  await asks.query(
    `INSERT INTO audit_outbox (note_id, tenant_id, value) VALUES ($1, $2, $3) ON CONFLICT (note_id) DO NOTHING`,
    [note.id, storable(note.tenantId), value],
  );
}

/** Without what it filters by: an entity's id may have to be erased. */
export function replayNote(did: 'created' | 'cancelled', row: ReplayRow): Ordered {
  const { id, tenant_id: tenantId, subscription_id: subscriptionId } = row;
  const which = {
    ...{ kind: row.kind, targetSubscriptionId: row.target_subscription_id },
    ...{ from: row.from_at?.toISOString() ?? null, to: row.to_at.toISOString() },
  };
  return {
    ...{ id: `${id}/${did}`, tenantId, kind: `replay.${did}`, subjectId: id },
    details: { subscriptionId, ...(did === 'created' ? which : {}) },
  };
}
