import { type AuditNote, type AuditNoteKind, decodeAuditNote, UndecodableError } from '@posthorn/contracts';

/** Other than aggregates, these are not here: somebody ordered something about them elsewhere. */
export type NotedType = 'replay' | 'erasure' | 'delivery';

/** Where a kind of note stands in the audit trail. */
const places: Record<AuditNoteKind, { aggregate: NotedType; type: string }> = {
  'replay.created': { aggregate: 'replay', type: 'created' },
  'replay.cancelled': { aggregate: 'replay', type: 'cancelled' },
  'erasure.created': { aggregate: 'erasure', type: 'created' },
  'delivery.retried': { aggregate: 'delivery', type: 'retried' },
};

export type Noted = AuditNote & { aggregate: NotedType; type: string };

/** Undefined for what cannot be used. No record that was written may stop those behind it. */
export function notedOf(value: Buffer | null, nowMs: number): Noted | undefined {
  try {
    const note = storable(decodeAuditNote(value));
    // No time that PostgreSQL does not know.
    return { ...note, ...places[note.kind], at: Math.min(Math.max(note.at, 0), nowMs) };
  } catch (error) {
    if (error instanceof UndecodableError) return undefined;
    throw error;
  }
}

/** PostgreSQL holds neither U+0000 nor halves of surrogate pairs. */
const storable = (note: AuditNote): AuditNote =>
  JSON.parse(JSON.stringify(note), (_, value: unknown) =>
    typeof value === 'string' ? Buffer.from(value).toString().replaceAll('\0', '\uFFFD') : value,
  ) as AuditNote;
