/** A token bucket: `perS` deliveries a second on average, what `burstS` seconds bring at once. */
export class RateLimit {
  private tokens: number;
  private at: number;

  constructor(
    readonly perS: number,
    now: number,
    private readonly burstS = 1,
  ) {
    this.tokens = this.burst;
    this.at = now;
  }

  /** When the next delivery may start: now, or later. */
  nextAt(now: number): number {
    this.refill(now);
    return this.tokens >= 1 ? now : Math.ceil(now + ((1 - this.tokens) * 1000) / this.perS);
  }

  take(): void {
    this.tokens -= 1;
  }

  private get burst(): number {
    return Math.max(1, this.perS * this.burstS);
  }

  private refill(now: number): void {
    const elapsedS = Math.max(0, now - this.at) / 1000;
    this.tokens = Math.min(this.burst, this.tokens + elapsedS * this.perS);
    this.at = now;
  }
}
