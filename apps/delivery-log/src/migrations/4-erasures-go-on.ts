import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far an erasure has come with the events of a tenant; and when a place of the log was written. */
export class ErasuresGoOn1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE erasures ADD COLUMN next_seq bigint NOT NULL DEFAULT 0');
    await runner.query('CREATE INDEX log_minutes_by_seq ON log_minutes (partition, until_seq)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX log_minutes_by_seq');
    await runner.query('ALTER TABLE erasures DROP COLUMN next_seq');
  }
}
