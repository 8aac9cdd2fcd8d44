import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Orders1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders (
        id           text PRIMARY KEY,
        "tenantId"   text NOT NULL,
        "totalCents" integer NOT NULL,
        status       text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE accounts (
        "tenantId"    text PRIMARY KEY,
        "creditCents" integer NOT NULL CHECK ("creditCents" >= 0)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE orders');
    await runner.query('DROP TABLE accounts');
  }
}
