import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The event store, the outbox beside it, and what the API reads. Names are unqualified: every connection
 * works in the service's own schema.
 */
export class EventStore1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE aggregate_events (
        global_seq     bigserial PRIMARY KEY,
        aggregate_type text NOT NULL,
        aggregate_id   text NOT NULL,
        tenant_id      text,
        version        integer NOT NULL CHECK (version > 0),
        type           text NOT NULL,
        payload        jsonb NOT NULL,
        actor          text NOT NULL,
        at             timestamptz NOT NULL,
        UNIQUE (aggregate_type, aggregate_id, version)
      )`);
    await runner.query(`CREATE INDEX aggregate_events_tenant ON aggregate_events (tenant_id, global_seq)`);
    await runner.query(`
      CREATE TABLE outbox (
        global_seq  bigint PRIMARY KEY REFERENCES aggregate_events (global_seq),
        topic       text NOT NULL,
        key         text NOT NULL,
        value       bytea NOT NULL,
        traceparent text
      )`);
    await runner.query(`
      CREATE TABLE tenants (
        id         text PRIMARY KEY,
        profile    text NOT NULL,
        name       text NOT NULL,
        version    integer NOT NULL,
        created_at timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE api_keys (
        id         text PRIMARY KEY,
        tenant_id  text REFERENCES tenants (id),
        name       text NOT NULL,
        hash       text NOT NULL,
        scopes     text[] NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        version    integer NOT NULL,
        created_at timestamptz NOT NULL
      )`);
    // A revoked text may come back as a new key (the operator's, by the setting); two live ones never share
    // it.
    await runner.query(`CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash) WHERE revoked_at IS NULL`);
    await runner.query(`CREATE INDEX api_keys_tenant ON api_keys (tenant_id) WHERE revoked_at IS NULL`);
    await runner.query(`
      CREATE TABLE subscriptions (
        tenant_id  text NOT NULL REFERENCES tenants (id),
        id         text NOT NULL,
        name       text NOT NULL,
        version    integer NOT NULL,
        created_at timestamptz NOT NULL,
        state      jsonb NOT NULL,
        PRIMARY KEY (tenant_id, id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['subscriptions', 'api_keys', 'tenants', 'outbox', 'aggregate_events'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
