const firstMs = 1_000;
const longestMs = 60_000;

/**
 * Jobs whose last step failed wait behind all others, each time twice as long: one that always fails holds up
 * nobody. Only this instance's memory: others, and this one after a restart, may try sooner.
 */
export class Setbacks {
  private readonly byId = new Map<string, { waitMs: number; untilMs: number }>();

  /** Answers how long it waits. */
  failed(id: string, nowMs = performance.now()): number {
    const waitMs = Math.min((this.byId.get(id)?.waitMs ?? firstMs / 2) * 2, longestMs);
    this.byId.set(id, { waitMs, untilMs: nowMs + waitMs });
    return waitMs;
  }

  went(id: string): void {
    this.byId.delete(id);
  }

  /** Who is not to be tried now. */
  waiting(nowMs = performance.now()): string[] {
    // One that was not tried again for so long after its time ended elsewhere.
    for (const [id, { untilMs }] of this.byId) if (nowMs > untilMs + 10 * longestMs) this.byId.delete(id);
    return [...this.byId].flatMap(([id, { untilMs }]) => (nowMs < untilMs ? [id] : []));
  }
}
