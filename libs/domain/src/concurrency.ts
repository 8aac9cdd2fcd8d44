/**
 * How many requests a receiver bears at once (AIMD): grows with every success, halves with every sign of
 * overload.
 * After a breaker it starts again from one.
 */
export class Concurrency {
  private limit: number;

  constructor(private readonly max: number) {
    this.limit = max;
  }

  get value(): number {
    return Math.floor(this.limit);
  }

  /** Slow start up to half of the maximum, then one more a round trip. */
  grow(): void {
    const step = this.limit < this.max / 2 ? 1 : 1 / this.limit;
    this.limit = Math.min(this.max, this.limit + step);
  }

  shrink(): void {
    this.limit = Math.max(1, this.limit / 2);
  }

  restart(): void {
    this.limit = 1;
  }
}
