import { decodeObject, encodeObject, requireFields, UndecodableError } from './wire.js';

/** What is ordered outside of subscription-api and belongs in the audit trail. */
export const auditNoteKinds = [
  'replay.created',
  'replay.cancelled',
  'erasure.created',
  'delivery.retried',
] as const;
export type AuditNoteKind = (typeof auditNoteKinds)[number];

/**
 * Somebody ordered something. Written by delivery-log, keyed by tenant, at least once; subscription-api
 * keeps one of each id for good. So nothing is in it that may have to be erased: ids, no entity's id.
 */
export type AuditNote = {
  /** The same for the same order, however often it is told. */
  id: string;
  tenantId: string;
  kind: AuditNoteKind;
  /** Of the replay, the erasure or the delivery. */
  subjectId: string;
  /** A key's, a user's or a portal link's id. */
  actor: string;
  /** The address that the order came from. */
  origin: string | null;
  details: Record<string, string | number | null>;
  /** Epoch ms. */
  at: number;
};

export function encodeAuditNote(note: AuditNote): Buffer {
  return encodeObject(note);
}

/** @throws UndecodableError, also for kinds of a later release: whoever reads must know what they mean. */
export function decodeAuditNote(value: Buffer | null): AuditNote {
  const head = decodeObject(value);
  requireFields(head, {
    ...{ id: 'string', tenantId: 'string', kind: 'string', subjectId: 'string' },
    ...{ actor: 'string', details: 'object', at: 'number' },
  });
  const note = head as AuditNote;
  if (!auditNoteKinds.includes(note.kind)) throw new UndecodableError('kind is not known');
  return { ...note, origin: typeof note.origin === 'string' ? note.origin : null };
}
