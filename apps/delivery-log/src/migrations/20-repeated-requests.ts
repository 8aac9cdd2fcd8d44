import { idempotencyKeysIndex, idempotencyKeysTable } from '@posthorn/runtime';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests that may be repeated under their `Idempotency-Key`. */
export class RepeatedRequests1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(idempotencyKeysTable);
    await runner.query(idempotencyKeysIndex);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}
