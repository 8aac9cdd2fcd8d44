/** Latencies of one run, from the instant an event was due to be published until its receiver had it. */
export class Samples {
  private readonly values: number[] = [];

  add(ms: number): void {
    this.values.push(ms);
  }

  addAll(other: Samples): void {
    for (const value of other.values) this.values.push(value);
  }

  get count(): number {
    return this.values.length;
  }

  /** The smallest value that so many percent of all do not exceed; NaN where there is none. */
  percentile(percent: number): number {
    const sorted = [...this.values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
  }
}

/** `quiet` is what receivers had without bad neighbours. */
export function isWithin(p99Ms: number, quietP99Ms: number): boolean {
  return p99Ms <= 1.5 * quietP99Ms + 20;
}

/** Whether so much of what was accepted arrived that nobody could call it slower. */
export function isKept(delivered: number, accepted: number): boolean {
  return accepted > 0 && delivered >= 0.95 * accepted;
}
