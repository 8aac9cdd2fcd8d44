import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What retry-scheduler is to forget, until Kafka has it: a failed attempt may be told of only after what it
 * belongs to was erased. And since when an id of an erased event is another event's; null in rows of before.
 */
export class ForgetOutbox1764000000105 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE forget_outbox (
      id bigserial PRIMARY KEY,
      delivery_id text NOT NULL,
      tenant_id text NOT NULL,
      value bytea NOT NULL
    )`);
    await runner.query('ALTER TABLE erased_events ADD COLUMN accepted_before timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE erased_events DROP COLUMN accepted_before');
    await runner.query('DROP TABLE forget_outbox');
  }
}
