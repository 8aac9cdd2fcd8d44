import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Subscriptions that were seen failing where somebody wants to hear of it; and an outbox that takes records
 * no aggregate's event stands behind. Their numbers come from the same sequence.
 */
export class OperationalEvents1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE outbox DROP CONSTRAINT outbox_global_seq_fkey`);
    await runner.query(`
      CREATE TABLE incidents (
        tenant_id       text NOT NULL,
        subscription_id text NOT NULL,
        seen_at         timestamptz NOT NULL,
        failing_since   timestamptz NOT NULL,
        over_at         timestamptz,
        PRIMARY KEY (tenant_id, subscription_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE incidents');
    await runner.query(
      'DELETE FROM outbox WHERE NOT EXISTS (SELECT 1 FROM aggregate_events e WHERE e.global_seq = outbox.global_seq)',
    );
    await runner.query(
      'ALTER TABLE outbox ADD CONSTRAINT outbox_global_seq_fkey FOREIGN KEY (global_seq) REFERENCES aggregate_events (global_seq)',
    );
  }
}
