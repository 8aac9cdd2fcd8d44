import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What other services were ordered to do, for the audit trail. No aggregate's events: nothing follows from
 * them here. Their place in the trail is out of the same sequence (ADR 0017).
 */
export class AuditNotes1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_notes (
        note_id        text PRIMARY KEY,
        global_seq     bigint NOT NULL DEFAULT nextval('aggregate_events_global_seq_seq'),
        aggregate_type text NOT NULL,
        aggregate_id   text NOT NULL,
        tenant_id      text NOT NULL,
        version        integer NOT NULL,
        type           text NOT NULL,
        payload        jsonb NOT NULL,
        actor          text NOT NULL,
        at             timestamptz NOT NULL,
        origin         text
      )`);
    await runner.query(`CREATE INDEX audit_notes_tenant ON audit_notes (tenant_id, global_seq)`);
    await runner.query(`CREATE INDEX audit_notes_subject ON audit_notes (aggregate_type, aggregate_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_notes');
  }
}
