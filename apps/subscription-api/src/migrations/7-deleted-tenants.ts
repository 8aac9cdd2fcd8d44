import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A deleted tenant's row stays: its id is never another's. */
export class DeletedTenants1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tenants ADD COLUMN deleted_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tenants DROP COLUMN deleted_at');
  }
}
