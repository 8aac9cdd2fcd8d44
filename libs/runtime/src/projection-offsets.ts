import type { Transaction } from './database.js';
import { keyOf, type TopicPartition } from './projection-types.js';

/** For a service's first migration: where its projections have got to. */
export const projectionOffsetsTable = `
  CREATE TABLE projection_offsets (
    topic text NOT NULL,
    partition integer NOT NULL,
    next bigint NOT NULL,
    PRIMARY KEY (topic, partition)
  )`;

export async function loadOffsets(
  db: Transaction,
  partitions: TopicPartition[],
): Promise<Map<string, number>> {
  const rows = await db.query<{ topic: string; partition: number; next: string }>(
    `SELECT o.topic, o.partition, o.next
       FROM projection_offsets o
       JOIN unnest($1::text[], $2::int[]) AS wanted (topic, partition) USING (topic, partition)`,
    [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)],
  );
  return new Map(rows.map((row) => [keyOf(row), Number(row.next)]));
}

/**
 * Compare-and-set, first in a transaction: `false` when another instance has moved the offset since we
 * read it. The row stays locked until the commit, so of two instances one waits here and then finds that
 * it lost.
 */
export async function advance(
  tx: Transaction,
  { topic, partition }: TopicPartition,
  expected: number | undefined,
  next: number,
): Promise<boolean> {
  const rows =
    expected === undefined
      ? await tx.query(
          `INSERT INTO projection_offsets (topic, partition, next) VALUES ($1, $2, $3)
           ON CONFLICT (topic, partition) DO NOTHING RETURNING 1`,
          [topic, partition, next],
        )
      : await tx.query(
          `UPDATE projection_offsets SET next = $3 WHERE topic = $1 AND partition = $2 AND next = $4 RETURNING 1`,
          [topic, partition, next, expected],
        );
  return rows.length === 1;
}
