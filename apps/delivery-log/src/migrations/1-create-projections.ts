import { projectionOffsetsTable } from '@posthorn/runtime';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything here can be dropped and made again from the log. */
const statements = [
  projectionOffsetsTable,

  `CREATE TABLE events (
    partition integer NOT NULL,
    seq bigint NOT NULL,
    tenant_id text NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    entity_name text,
    entity_id text,
    "timestamp" text NOT NULL,
    source text,
    accepted_at timestamptz NOT NULL,
    data bytea NOT NULL,
    matched text[] NOT NULL,
    unmatched_reason text,
    -- A tenant is in one partition: a position of the log, and the order of what is asked for, in one index.
    PRIMARY KEY (tenant_id, seq)
  )`,
  `CREATE INDEX events_by_id ON events (event_id, seq)`,

  `CREATE TABLE subscriptions (
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    partition integer NOT NULL,
    version bigint NOT NULL,
    deleted boolean NOT NULL,
    snapshot json NOT NULL,
    matching json NOT NULL,
    PRIMARY KEY (tenant_id, subscription_id)
  )`,
  `CREATE INDEX subscriptions_of_partition ON subscriptions (partition)`,
  `CREATE TABLE rule_books (
    partition integer PRIMARY KEY,
    revision bigint NOT NULL,
    complete boolean NOT NULL DEFAULT false
  )`,
  `CREATE SEQUENCE rule_book_revisions`,

  `CREATE TABLE lanes (
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    lane text NOT NULL,
    kind text NOT NULL,
    cursor bigint NOT NULL,
    attempt integer NOT NULL,
    due_at timestamptz,
    failing_since timestamptz,
    reason text,
    PRIMARY KEY (tenant_id, subscription_id, lane)
  )`,
  `CREATE TABLE windows (partition integer PRIMARY KEY, next bigint NOT NULL, at timestamptz NOT NULL)`,

  `CREATE TABLE deliveries (
    delivery_id text PRIMARY KEY,
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    event_id text NOT NULL,
    replay_id text NOT NULL,
    partition integer NOT NULL,
    seq bigint NOT NULL,
    event_type text NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamptz,
    last_status integer,
    last_error text,
    first_attempt_at timestamptz,
    last_attempt_at timestamptz,
    finished_at timestamptz,
    -- Its only attempt, where that was the first and accepted one; null where its attempts are rows of attempts.
    duration_ms double precision,
    url text,
    request_headers json,
    response_headers json,
    response_body bytea,
    truncated boolean,
    timings json
  )`,
  // Few have the same place, so they are put in order when they are asked for.
  `CREATE INDEX deliveries_of_tenant ON deliveries (tenant_id, seq)`,
  `CREATE INDEX deliveries_of_subscription ON deliveries (tenant_id, subscription_id, seq)`,
  // Small, because almost everything is delivered.
  `CREATE INDEX deliveries_troubled ON deliveries (tenant_id, status, seq, subscription_id, replay_id)
     WHERE status <> 'delivered'`,

  `CREATE TABLE attempts (
    delivery_id text NOT NULL,
    attempt integer NOT NULL,
    started_at timestamptz NOT NULL,
    duration_ms double precision NOT NULL,
    outcome text NOT NULL,
    final boolean NOT NULL,
    status integer,
    error text,
    message text,
    url text NOT NULL,
    request_headers json,
    response_headers json,
    response_body bytea NOT NULL,
    truncated boolean NOT NULL,
    timings json,
    replay_id text,
    PRIMARY KEY (delivery_id, attempt)
  )`,

  `CREATE TABLE cancellations (
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    replay_id text NOT NULL,
    from_seq bigint NOT NULL,
    until_seq bigint NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    ending text NOT NULL,
    PRIMARY KEY (tenant_id, subscription_id, replay_id, from_seq, until_seq)
  )`,

  `CREATE TABLE purges (
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    events_from bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, subscription_id)
  )`,
];

export class CreateProjections1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE purges, cancellations, attempts, deliveries, windows, lanes, rule_books, subscriptions, events, projection_offsets',
    );
    await runner.query('DROP SEQUENCE rule_book_revisions');
  }
}
