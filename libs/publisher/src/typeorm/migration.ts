import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Put it among your migrations. The table is where your other tables are. */
export class PosthornOutbox1764000000000 implements MigrationInterface {
  name = 'PosthornOutbox1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    // `data` is text, not json: an event that is sent again has the same bytes, and so the same id.
    await runner.query(`
      CREATE TABLE posthorn_outbox (
        seq         bigserial PRIMARY KEY,
        webhook_id  text NOT NULL,
        tenant_id   text NOT NULL,
        type        text NOT NULL,
        timestamp   text NOT NULL,
        entity_name text,
        entity_id   text,
        own_id      text,
        data        text,
        traceparent text,
        tracestate  text,
        created_at  timestamptz NOT NULL DEFAULT now(),
        refused_at  timestamptz,
        refusal     text
      )`);
    await runner.query(
      'CREATE INDEX posthorn_outbox_pending ON posthorn_outbox (seq) WHERE refused_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE posthorn_outbox');
  }
}
