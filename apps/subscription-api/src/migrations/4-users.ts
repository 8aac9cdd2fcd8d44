import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, links that let them in once, and the catalogue of event types. */
export class Users1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id            text PRIMARY KEY,
        tenant_id     text REFERENCES tenants (id),
        email         text NOT NULL UNIQUE,
        name          text NOT NULL,
        role          text NOT NULL,
        password_hash text NOT NULL,
        sessions_from timestamptz NOT NULL,
        version       integer NOT NULL,
        created_at    timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX users_tenant ON users (tenant_id)');
    await runner.query(`
      CREATE TABLE portal_links (
        id         text PRIMARY KEY,
        hash       text NOT NULL UNIQUE,
        tenant_id  text NOT NULL REFERENCES tenants (id),
        role       text NOT NULL,
        expires_at timestamptz NOT NULL,
        session_s  integer NOT NULL,
        used_at    timestamptz
      )`);
    await runner.query(`
      CREATE TABLE event_types (
        tenant_id text NOT NULL REFERENCES tenants (id),
        name      text NOT NULL,
        state     jsonb NOT NULL,
        PRIMARY KEY (tenant_id, name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_types');
    await runner.query('DROP TABLE portal_links');
    await runner.query('DROP TABLE users');
  }
}
