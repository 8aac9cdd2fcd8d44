import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A job that cannot go on now holds no place until then; and whether its total was only estimated. */
export class ReplaysRest1764000000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE replays ADD COLUMN rest_until timestamptz');
    await runner.query('ALTER TABLE replays ADD COLUMN total_estimated boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE replays DROP COLUMN total_estimated');
    await runner.query('ALTER TABLE replays DROP COLUMN rest_until');
  }
}
