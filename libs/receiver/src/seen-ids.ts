export type SeenIdsOptions = {
  /** Ids kept, about 150 bytes each; the oldest go first. Default 100,000. */
  max?: number;
  /** How long an id is kept. Default a day: longer than most retries are spread. */
  ttlMs?: number;
  now?: () => number;
};

export type OnceResult = 'done' | 'repeat';

/**
 * Drops repeats by `webhook-id`, within one process and bounded in number and time. It forgets at a restart:
 * where a repeat would do harm, keep ids in the database, in the transaction that does the work.
 */
export class SeenIds {
  private readonly max: number;
  private readonly ttlMs: number;
  private readonly now: () => number;
  /** From id to when it was done; a Map keeps the order of insertion, so the oldest is the first. */
  private readonly done = new Map<string, number>();
  private readonly running = new Map<string, Promise<void>>();

  constructor({ max = 100_000, ttlMs = 24 * 60 * 60_000, now = Date.now }: SeenIdsOptions = {}) {
    if (!(max >= 1) || !(ttlMs > 0)) throw new TypeError('max must be at least 1 and ttlMs above 0');
    [this.max, this.ttlMs, this.now] = [max, ttlMs, now];
  }

  /** Ids kept at the moment. */
  get size(): number {
    return this.done.size;
  }

  /**
   * Runs `work` unless it was done for this id already. An id counts only once its work has succeeded: what
   * failed is done again at the next retry. A repeat that comes meanwhile waits, and shares the outcome.
   */
  async once(id: string, work: () => unknown): Promise<OnceResult> {
    this.forgetOld();
    if (this.done.has(id)) return 'repeat';
    const other = this.running.get(id);
    if (other) {
      await other;
      return 'repeat';
    }
    const mine = Promise.resolve()
      .then(work)
      .then(() => undefined);
    this.running.set(id, mine);
    try {
      await mine;
    } finally {
      this.running.delete(id);
    }
    this.done.set(id, this.now());
    if (this.done.size > this.max) this.done.delete(this.done.keys().next().value!);
    return 'done';
  }

  private forgetOld(): void {
    const before = this.now() - this.ttlMs;
    for (const [id, atMs] of this.done) {
      if (atMs > before) return;
      this.done.delete(id);
    }
  }
}
