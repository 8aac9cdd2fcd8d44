import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createStatements, dayMs, type PartitionedTable, spanOf } from '../day-partitions.js';

/**
 * Events, deliveries and attempts by day, so that what is over its time goes with its partition. And the
 * tables of what is kept beside them: statistics, the log's clock, erasures.
 */
const tables = [
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
    PRIMARY KEY (tenant_id, seq, accepted_at)
  ) PARTITION BY RANGE (accepted_at)`,
  `CREATE INDEX events_by_id ON events (event_id, seq)`,
  `CREATE INDEX events_by_type ON events (tenant_id, type, seq)`,
  `CREATE INDEX events_by_entity ON events (tenant_id, entity_id, seq) WHERE entity_id IS NOT NULL`,

  // day: when the event was accepted (ADR 0015).
  `CREATE TABLE deliveries (
    delivery_id text NOT NULL,
    day date NOT NULL,
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
    told text NOT NULL,
    told_at timestamptz,
    ended_as text,
    ended_at timestamptz,
    -- Its only attempt, where that was the first and accepted one; null where its attempts are rows of attempts.
    duration_ms double precision,
    url text,
    request_headers json,
    response_headers json,
    response_body bytea,
    truncated boolean,
    timings json,
    PRIMARY KEY (delivery_id, day)
  ) PARTITION BY RANGE (day)`,
  `CREATE INDEX deliveries_of_tenant ON deliveries (tenant_id, seq)`,
  `CREATE INDEX deliveries_of_subscription ON deliveries (tenant_id, subscription_id, seq)`,
  // Small, because almost everything is delivered.
  `CREATE INDEX deliveries_troubled ON deliveries (tenant_id, status, seq, subscription_id, replay_id)
     WHERE status <> 'delivered'`,
  `CREATE INDEX deliveries_by_class ON deliveries (tenant_id, (coalesce(last_status / 100, 0)), seq)
     WHERE status <> 'delivered'`,

  `CREATE TABLE attempts (
    delivery_id text NOT NULL,
    attempt integer NOT NULL,
    day date NOT NULL,
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
    PRIMARY KEY (delivery_id, attempt, day)
  ) PARTITION BY RANGE (day)`,

  // Which positions of the log a minute holds: a range of time becomes one of positions.
  `CREATE TABLE log_minutes (
    partition integer NOT NULL,
    at timestamptz NOT NULL,
    from_seq bigint NOT NULL,
    until_seq bigint NOT NULL,
    PRIMARY KEY (partition, at)
  )`,

  // Written with the rows that they count; folded into the three tables below a moment later.
  `CREATE TABLE statistics_deltas (
    id bigserial PRIMARY KEY,
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    at timestamptz NOT NULL,
    delivered integer NOT NULL,
    failed integer NOT NULL,
    attempts integer NOT NULL,
    latency integer[] NOT NULL
  )`,
  ...['minutes', 'hours', 'days'].map(
    // An empty subscription_id: the whole tenant.
    (step) => `CREATE TABLE statistics_${step} (
    tenant_id text NOT NULL,
    subscription_id text NOT NULL,
    at timestamptz NOT NULL,
    delivered bigint NOT NULL,
    failed bigint NOT NULL,
    attempts bigint NOT NULL,
    latency integer[] NOT NULL,
    PRIMARY KEY (tenant_id, subscription_id, at)
  )${step === 'days' ? '' : ' PARTITION BY RANGE (at)'}`,
  ),
  // Two histograms of the same buckets; one may be shorter.
  `CREATE FUNCTION histogram_sum(one integer[], other integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
     RETURN coalesce((SELECT array_agg(coalesce(a, 0) + coalesce(b, 0) ORDER BY n)
                        FROM unnest(one, other) WITH ORDINALITY AS bucket (a, b, n)), '{}')`,
  `CREATE AGGREGATE histogram_merge(integer[]) (sfunc = histogram_sum, stype = integer[], initcond = '{}')`,

  // Kept after it is done: what the log still has of it never comes back.
  `CREATE TABLE erasures (
    id text PRIMARY KEY,
    tenant_id text NOT NULL,
    -- tenant, subscription, entity
    kind text NOT NULL,
    subscription_id text,
    entity_name text,
    entity_id text,
    -- Of what was accepted before that instant nothing stays.
    accepted_before timestamptz NOT NULL,
    -- queued, running, done
    status text NOT NULL,
    removed bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz
  )`,
  `CREATE INDEX erasures_of_tenant ON erasures (tenant_id, created_at)`,
  // Attempts do not say what entity they are about.
  `CREATE TABLE erased_events (
    tenant_id text NOT NULL,
    event_id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
  )`,
];

const moved: readonly (readonly [PartitionedTable, string, string])[] = [
  ['events', 'unpartitioned_events', 'accepted_at'],
  ['deliveries', 'unpartitioned_deliveries', 'day'],
  ['attempts', 'unpartitioned_attempts', 'day'],
];

export class DayPartitions1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table] of moved) await putAside(runner, table);
    for (const statement of tables) await runner.query(statement);
    await findDays(runner);
    for (const [table, from, by] of moved) {
      await makeDays(runner, table, from, by);
      await copy(runner, table, from);
    }
    await runner.query('DROP TABLE unpartitioned_events, unpartitioned_deliveries, unpartitioned_attempts');
  }

  down(): Promise<void> {
    throw new Error('days cannot be put together again: drop the schema, and the log makes it anew');
  }
}

async function putAside(runner: QueryRunner, table: string): Promise<void> {
  const indexes = (await runner.query(
    `SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1`,
    [table],
  )) as { name: string }[];
  await runner.query(`ALTER TABLE ${table} RENAME TO unpartitioned_${table}`);
  for (const { name } of indexes) await runner.query(`ALTER INDEX ${name} RENAME TO unpartitioned_${name}`);
}

/** Of what was written before, the event says the day, or else the first attempt. */
async function findDays(runner: QueryRunner): Promise<void> {
  await runner.query('ALTER TABLE unpartitioned_deliveries ADD COLUMN day date');
  await runner.query(
    `UPDATE unpartitioned_deliveries d SET day = (coalesce(
        (SELECT e.accepted_at FROM unpartitioned_events e
          WHERE d.replay_id = '' AND e.tenant_id = d.tenant_id AND e.seq = d.seq),
        d.first_attempt_at, d.finished_at, now()) AT TIME ZONE 'UTC')::date`,
  );
  await runner.query('ALTER TABLE unpartitioned_attempts ADD COLUMN day date');
  await runner.query(
    `UPDATE unpartitioned_attempts a SET day = coalesce(
        (SELECT d.day FROM unpartitioned_deliveries d WHERE d.delivery_id = a.delivery_id),
        (a.started_at AT TIME ZONE 'UTC')::date)`,
  );
}

async function makeDays(
  runner: QueryRunner,
  table: PartitionedTable,
  from: string,
  by: string,
): Promise<void> {
  const days = (await runner.query(
    `SELECT DISTINCT floor(extract(epoch FROM ${by}) / 86400)::int AS day FROM ${from} ORDER BY day`,
  )) as { day: number }[];
  for (const { day } of days)
    for (const statement of createStatements(table, spanOf(table, day * dayMs)))
      await runner.query(statement);
}

async function copy(runner: QueryRunner, table: string, from: string): Promise<void> {
  const columns = (await runner.query(
    `SELECT quote_ident(column_name) AS name FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`,
    [table],
  )) as { name: string }[];
  const names = columns.map(({ name }) => name).join(', ');
  await runner.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${from}`);
}
