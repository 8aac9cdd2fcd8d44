import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who ordered what, until Kafka has it. Not in `outbox`: a process of the release before this one hands all
 * of that to `events.v1`.
 */
export class AuditOutbox1764000000104 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE audit_outbox (
      id bigserial PRIMARY KEY,
      note_id text NOT NULL UNIQUE,
      tenant_id text NOT NULL,
      value bytea NOT NULL
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_outbox');
  }
}
