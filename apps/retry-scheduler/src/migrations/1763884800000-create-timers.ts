import { projectionOffsetsTable } from '@posthorn/runtime';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `due_at` is the truth and travels in the token; `claim_at` is when the row is looked at next, and is
 * pushed at every claim. Times are epoch milliseconds, by the clocks that made them. Rows change all the
 * time, so they are vacuumed early.
 */
export class CreateTimers1763884800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(projectionOffsetsTable);
    await runner.query(`
      CREATE TABLE lane_timers (
        partition integer NOT NULL,
        lane_key text COLLATE "C" NOT NULL,
        tenant_id text NOT NULL,
        subscription_id text NOT NULL,
        lane text NOT NULL,
        cursor bigint NOT NULL,
        attempt integer NOT NULL,
        due_at bigint NOT NULL,
        claim_at bigint NOT NULL,
        claims integer NOT NULL DEFAULT 0,
        PRIMARY KEY (partition, lane_key)
      ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`);
    await runner.query('CREATE INDEX lane_timers_claim ON lane_timers (claim_at, partition)');
    await runner.query(`
      CREATE TABLE delivery_timers (
        partition integer NOT NULL,
        delivery_id text COLLATE "C" NOT NULL,
        "offset" bigint NOT NULL,
        key text NOT NULL,
        message bytea NOT NULL,
        traceparent text,
        tracestate text,
        due_at bigint NOT NULL,
        claim_at bigint NOT NULL,
        claims integer NOT NULL DEFAULT 0,
        PRIMARY KEY (partition, delivery_id)
      ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`);
    // Already compressed or small: trying again at every write would cost more than it saves.
    await runner.query('ALTER TABLE delivery_timers ALTER COLUMN message SET STORAGE EXTERNAL');
    await runner.query('CREATE INDEX delivery_timers_claim ON delivery_timers (claim_at, partition)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE delivery_timers, lane_timers, projection_offsets');
  }
}
