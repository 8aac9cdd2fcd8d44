import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is not folded yet is read with every answer; where folding is behind that is not little. */
export class DeltasByTenant1764000000102 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX statistics_deltas_of_tenant ON statistics_deltas (tenant_id, at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX statistics_deltas_of_tenant');
  }
}
