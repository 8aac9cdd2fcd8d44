import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links are aggregates: who made one, used it and ended it is in the audit trail. */
export class PortalLinks1764000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Nothing tells who made those that are there: they end here, with the sessions that they made.
    await runner.query('DELETE FROM portal_links');
    await runner.query(`
      ALTER TABLE portal_links
        ADD COLUMN revoked_at timestamptz,
        ADD COLUMN version    integer NOT NULL,
        ADD COLUMN created_at timestamptz NOT NULL`);
    await runner.query('CREATE INDEX portal_links_list ON portal_links (tenant_id, created_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX portal_links_list');
    await runner.query(
      'ALTER TABLE portal_links DROP COLUMN revoked_at, DROP COLUMN version, DROP COLUMN created_at',
    );
  }
}
