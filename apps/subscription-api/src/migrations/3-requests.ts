import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests that may be repeated, and where a change came from. */
export class Requests1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        caller_id   text NOT NULL,
        key         text NOT NULL,
        fingerprint text NOT NULL,
        committed   boolean NOT NULL DEFAULT false,
        answer      text,
        created_at  timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (caller_id, key)
      )`);
    await runner.query('CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)');
    await runner.query('ALTER TABLE aggregate_events ADD COLUMN origin text');
    await runner.query('ALTER TABLE api_keys ADD COLUMN last_used_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_keys DROP COLUMN last_used_at');
    await runner.query('ALTER TABLE aggregate_events DROP COLUMN origin');
    await runner.query('DROP TABLE idempotency_keys');
  }
}
