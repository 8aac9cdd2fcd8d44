import { dayOf } from '../day-partitions.js';

/** Where a partition of the log begins; no `first`: it holds nothing that can be used. */
export type LogStart = {
  low: number;
  /** When the first record was appended, and the time that it tells of. */
  first: { appendedMs: number; toldMs: number } | undefined;
};

/** What the tables hold of it. */
export type RowsStart = { firstMs: number; lastDay: number };

/** Attempts are told when they are over, so the first one told need not be the first one begun. */
const overlapMs = 10 * 60_000;

/**
 * The day from which on the log tells everything, of every partition. What was told before stands only in
 * the rows there are: the log has expired since, or was lost and made anew.
 */
export function firstWholeDay(
  log: ReadonlyMap<number, LogStart>,
  rows: ReadonlyMap<number, RowsStart>,
): number {
  const partitions = new Set([...log.keys(), ...rows.keys()]);
  return Math.max(0, ...[...partitions].map((partition) => ofOne(log.get(partition), rows.get(partition))));
}

function ofOne(log: LogStart | undefined, rows: RowsStart | undefined): number {
  if (!log?.first) return rows ? rows.lastDay + 1 : 0;
  const { low, first } = log;
  const hasOlder = rows !== undefined && rows.firstMs < first.toldMs - overlapMs;
  return low === 0 && !hasOlder ? 0 : dayOf(first.appendedMs) + 1;
}
