import { Inject, Injectable } from '@nestjs/common';
import { auditNotesTopic } from '@posthorn/contracts';
import type { InRecord } from '@posthorn/messaging';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { EventStore, type Write } from '../aggregates/event.store.js';
import { LogFollower } from '../log-follower.client.js';
import { type Noted, notedOf } from './noted.js';

/** Nobody here did it: each note says who. */
const author = { actor: 'system:audit-notes' };

/**
 * Puts into the audit trail what was ordered at other services. Every instance reads all of it at every
 * start, and it may have been written more than once: a note is kept once, by its id.
 */
@Injectable()
export class AuditNotes {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(LogFollower) follower: LogFollower,
  ) {
    follower.takeFrom({ topic: auditNotesTopic.name, take: (records) => this.take(records) });
  }

  private async take(records: readonly InRecord[]): Promise<void> {
    const notes = records.flatMap(({ value, offset }) => {
      const note = notedOf(value, Date.now());
      if (!note) this.logger.warn({ offset }, 'a note for the audit trail cannot be used');
      return note ? [note] : [];
    });
    // Most of what a start reads: no lock, and no number of the sequence, for that.
    const known = await this.events.query<{ note_id: string }>(
      'SELECT note_id FROM audit_notes WHERE note_id = ANY($1::text[])',
      [notes.map(({ id }) => id)],
    );
    const old = new Set(known.map(({ note_id }) => note_id));
    const fresh = notes.filter(({ id }) => !old.has(id));
    // Under the tenant's lock: its trail is in the order of commits, and pages leave nothing out.
    for (const tenantId of new Set(fresh.map((note) => note.tenantId)))
      await this.events.write(tenantId, author, async (write) => {
        for (const note of fresh) if (note.tenantId === tenantId) await append(write, note);
      });
  }
}

async function append(write: Write, note: Noted): Promise<void> {
  const { id, aggregate, subjectId, tenantId, type, details, actor, at, origin } = note;
  await write.query(
    `INSERT INTO audit_notes (note_id, aggregate_type, aggregate_id, tenant_id, version, type, payload, actor, at, origin)
     SELECT $1, $2, $3, $4, 1 + count(*), $5, $6, $7, $8, $9 FROM audit_notes
      WHERE aggregate_type = $2 AND aggregate_id = $3
     ON CONFLICT (note_id) DO NOTHING`,
    [id, aggregate, subjectId, tenantId, type, details, actor, new Date(at), origin],
  );
}
