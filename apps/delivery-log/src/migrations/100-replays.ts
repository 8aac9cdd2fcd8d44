import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Jobs, not projections: what somebody ordered stands nowhere else. And an index that costs nothing where
 * nothing is replayed: by it a job's progress is counted.
 */
const statements = [
  `CREATE TABLE replays (
    id text PRIMARY KEY,
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    target_subscription_id text NOT NULL,
    kind text NOT NULL,
    from_at timestamptz,
    to_at timestamptz NOT NULL,
    filter json NOT NULL,
    status text NOT NULL,
    total bigint NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    waiting bigint NOT NULL DEFAULT 0,
    error text,
    cancel_asked boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    -- When the counts above last changed.
    moved_at timestamptz,
    -- Where the events are, as far as they have been taken, and where they end.
    partition integer NOT NULL,
    next_seq bigint NOT NULL DEFAULT 0,
    until_seq bigint NOT NULL,
    -- How many of them have been taken.
    taken bigint NOT NULL DEFAULT 0,
    -- What is being sent now: its offsets, how (a lane of the dispatcher, or from here), and how far that is.
    chunk text,
    chunk_by text,
    chunk_no integer NOT NULL DEFAULT 0,
    chunk_order bigint,
    chunk_sent integer NOT NULL DEFAULT 0
  )`,
  `CREATE INDEX replays_of_tenant ON replays (tenant_id, created_at, id)`,
  `CREATE INDEX replays_open ON replays (created_at) WHERE status IN ('queued', 'running') OR waiting > 0`,
  `CREATE INDEX deliveries_of_replay ON deliveries (tenant_id, replay_id) WHERE replay_id <> ''`,
];

export class Replays1764000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX deliveries_of_replay');
    await runner.query('DROP TABLE replays');
  }
}
