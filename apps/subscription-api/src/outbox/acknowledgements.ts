type Waiter = { open: Set<string>; done: (relayed: boolean) => void };

/**
 * At this many writes in flight, a write is answered at once as if Kafka had not answered: 202, the relay
 * follows.
 */
const waitersMax = 10_000;

/**
 * Who waits for which outbox rows. The relay of this process settles them directly; that of another
 * instance by a notification through PostgreSQL. A wait ends after `timeoutMs`, with false.
 */
export class Acknowledgements {
  private readonly waiters = new Map<string, Waiter>();

  constructor(private readonly timeoutMs: number) {}

  expect(seqs: readonly string[]): Promise<boolean> {
    if (this.waiters.size >= waitersMax) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.forget(seqs);
        resolve(false);
      }, this.timeoutMs);
      const done = (relayed: boolean): void => {
        clearTimeout(timer);
        resolve(relayed);
      };
      const waiter = { open: new Set(seqs), done };
      for (const seq of seqs) this.waiters.set(seq, waiter);
    });
  }

  settle(seqs: readonly string[]): void {
    for (const seq of seqs) {
      const waiter = this.waiters.get(seq);
      if (!waiter) continue;
      this.waiters.delete(seq);
      waiter.open.delete(seq);
      if (waiter.open.size === 0) waiter.done(true);
    }
  }

  /** The write did not happen, or nobody waits any more. */
  forget(seqs: readonly string[]): void {
    for (const seq of seqs) {
      this.waiters.get(seq)?.done(false);
      this.waiters.delete(seq);
    }
  }
}
