import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that were erased: a retry of one that was on its way then is not kept either. */
export class Forgotten1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE forgotten (
        partition integer NOT NULL,
        delivery_id text COLLATE "C" NOT NULL,
        accepted_before bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (partition, delivery_id)
      )`);
    await runner.query('CREATE INDEX forgotten_at ON forgotten (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE forgotten');
  }
}
