import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A delivery that is over may be tried again: what its last attempt came to stands beside what it was ended
 * as without one. And an outbox for what is told of deliveries that failed.
 */
const statements = [
  `ALTER TABLE deliveries ADD COLUMN told text, ADD COLUMN told_at timestamptz,
                          ADD COLUMN ended_as text, ADD COLUMN ended_at timestamptz`,
  `UPDATE deliveries
      SET told = CASE WHEN status IN ('delivered', 'failed') THEN status ELSE 'waiting' END,
          told_at = CASE WHEN status IN ('delivered', 'failed') THEN finished_at END,
          ended_as = CASE WHEN status IN ('cancelled', 'expired') THEN status END,
          ended_at = CASE WHEN status IN ('cancelled', 'expired') THEN finished_at END`,
  `ALTER TABLE deliveries ALTER COLUMN told SET NOT NULL`,
  `CREATE TABLE outbox (
    id bigserial PRIMARY KEY,
    event_id text NOT NULL UNIQUE,
    tenant_id text NOT NULL,
    value bytea NOT NULL
  )`,
];

export class OrdersAndOperationalEvents1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox');
    await runner.query(
      'ALTER TABLE deliveries DROP COLUMN told, DROP COLUMN told_at, DROP COLUMN ended_as, DROP COLUMN ended_at',
    );
  }
}
