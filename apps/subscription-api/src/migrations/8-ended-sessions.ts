import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that were logged out of before their end: their tokens are renewed no more. */
export class EndedSessions1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE ended_sessions (id text PRIMARY KEY, ends_at timestamptz NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ended_sessions');
  }
}
