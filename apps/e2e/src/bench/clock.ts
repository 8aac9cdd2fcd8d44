/** Milliseconds of the machine's monotonic clock: the same in every process, and never set back. */
export function monotonicMs(): number {
  const [s, ns] = process.hrtime();
  return s * 1_000 + ns / 1_000_000;
}
