import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Subscriptions that begin before they were made: events that were here by then are matched for them. */
export class BegunInThePast1764000000103 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE beginnings (
      tenant_id text NOT NULL,
      subscription_id text NOT NULL,
      partition integer NOT NULL,
      next_seq bigint NOT NULL,
      until_seq bigint NOT NULL,
      PRIMARY KEY (tenant_id, subscription_id)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE beginnings');
  }
}
