import { AppError } from '@posthorn/runtime';

type Waiting = { deadlineMs: number; fail: (reason: string) => void };

const lookMs = 50;

/**
 * Requests that wait for Kafka's acknowledgement. None waits longer than the timeout, and none at all once
 * Kafka is known to be away. What was answered 503 may still be written later: a repeat has the same id, so
 * that is harmless.
 *
 * One timer for all of them: a timer per request would cost more than the rest of the waiting.
 */
export class AckWait {
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeoutMs: number,
    private readonly isAway: () => boolean,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  /**
   * @param count of records that have to be acknowledged; `done` is called once for each
   * @param offer hands them over; false when they were not taken
   */
  async acknowledged(count: number, offer: (done: (error: Error | null) => void) => boolean): Promise<void> {
    const reason = await new Promise<string | undefined>((resolve) => {
      const entry: Waiting = { deadlineMs: performance.now() + this.timeoutMs, fail: resolve };
      let open = count;
      const taken = offer((error) => {
        if (error) resolve('Kafka did not take the events');
        else if (--open === 0) resolve(undefined);
        if (error || open === 0) this.waiting.delete(entry);
      });
      if (taken) this.watch(entry);
      else resolve(this.isAway() ? 'Kafka is away' : 'too many events are waiting for Kafka');
    });
    if (reason !== undefined) throw unavailable(reason);
  }

  private watch(entry: Waiting): void {
    this.waiting.add(entry);
    this.timer ??= setInterval(() => this.look(), lookMs);
  }

  private look(): void {
    const nowMs = performance.now();
    const away = this.isAway();
    for (const entry of this.waiting) {
      if (!away && entry.deadlineMs > nowMs) continue;
      this.waiting.delete(entry);
      entry.fail(away ? 'Kafka is away' : 'Kafka did not answer in time');
    }
    if (this.waiting.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

export function unavailable(reason: string): AppError {
  return new AppError(
    'unavailable',
    `Nothing can be accepted now: ${reason}. The same request may be repeated.`,
    {
      retryAfterS: 2,
    },
  );
}
