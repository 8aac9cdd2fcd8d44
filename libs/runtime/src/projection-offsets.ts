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

/**
 * The same for several partitions of a topic: those that were ours. Rows are locked in the order of their
 * partitions, so that two instances with some of them in common do not wait for each other.
 */
export async function advanceAll(
  tx: Transaction,
  topic: string,
  moves: readonly { partition: number; expected: number | undefined; next: number }[],
): Promise<Set<number>> {
  const known = moves.filter(({ expected }) => expected !== undefined);
  const rows = await tx.query<{ partition: number }>(
    `WITH ours AS MATERIALIZED (
       SELECT o.partition, move.next FROM projection_offsets o
         JOIN unnest($2::int[], $3::bigint[], $4::bigint[]) AS move (partition, expected, next)
           ON o.partition = move.partition AND o.next = move.expected
        WHERE o.topic = $1 ORDER BY o.partition FOR UPDATE OF o
     )
     UPDATE projection_offsets o SET next = ours.next FROM ours
      WHERE o.topic = $1 AND o.partition = ours.partition RETURNING o.partition`,
    [
      topic,
      known.map(({ partition }) => partition),
      known.map(({ expected }) => expected),
      known.map(({ next }) => next),
    ],
  );
  const won = new Set(rows.map(({ partition }) => partition));
  for (const { partition, expected, next } of moves)
    if (expected === undefined && (await advance(tx, { topic, partition }, undefined, next)))
      won.add(partition);
  return won;
}
