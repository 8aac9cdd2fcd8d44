/** What is done every `everyMs` by somebody who looks at the clock more often. */
export class Every {
  private lastAt = -Infinity;

  constructor(private readonly everyMs: number) {}

  /** Asked with the same time or a later one, it is not due again so soon. */
  isDue(now: number): boolean {
    if (now - this.lastAt < this.everyMs) return false;
    this.lastAt = now;
    return true;
  }
}
