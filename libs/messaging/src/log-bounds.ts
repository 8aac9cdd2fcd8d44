/** The offsets of a partition that exist: from `low` to below `high`. */
export type LogBounds = { low: number; high: number };

/**
 * A log may lose its last records (a power cut on a single node); one that is shorter by more was made anew.
 */
const truncatedMax = 1_000;

/**
 * Where to read on from a position that was written when the log may have been another one. Below the low
 * watermark there is nothing any more: what stood there has expired.
 */
export function positionWithin(position: number, { low, high }: LogBounds): number {
  if (position > high) return position - high <= truncatedMax ? high : low;
  return Math.max(position, low);
}
