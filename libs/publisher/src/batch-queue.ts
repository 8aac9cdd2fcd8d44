import { EventError, plainWebhookId, type ReadyEvent } from './event.js';
import { NotSentError, type Outcome } from './outcome.js';

/** Something to send, made ready. */
export type Item = { id: string; bytes: number };

export type QueueLimits = {
  /** Of one request. Default 500 over Kafka, 1,000 over HTTP. */
  batchEvents: number;
  /** Of one request. A single larger event goes alone. */
  batchBytes: number;
  /** Waiting and on their way; what does not fit is given back at once. Default 10,000. */
  queueEvents: number;
  /** The same in bytes. Default 16 MiB. */
  queueBytes: number;
  /** Every event has an outcome by then. Default 60 s. */
  timeoutMs: number;
};

export type Sender<T extends Item> = {
  /** One outcome per item, in their order. `signal` fires when nobody waits any more. */
  send(batch: readonly T[], context: { signal: AbortSignal; deadlineMs: number }): Promise<Outcome[]>;
  /** Whether two items may stand in one request. */
  together?(first: T, other: T): boolean;
};

type Entry<T> = { item: T; deadlineMs: number; settle: (outcome: Outcome) => void };

/**
 * Events in the order they were given, one request at a time, bounded in number, bytes and time. When a
 * request fails, what waits behind it is given back too: nothing overtakes an event that is tried again.
 */
export class BatchQueue<T extends Item> {
  private waiting: Entry<T>[] = [];
  private flying: Entry<T>[] = [];
  private bytes = 0;
  private running = false;
  private closed = false;
  private abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private idle: (() => void)[] = [];

  constructor(
    private readonly sender: Sender<T>,
    private readonly limits: QueueLimits,
  ) {
    for (const [name, value] of Object.entries(limits)) {
      if (!(value >= 1)) throw new TypeError(`${name} must be at least 1`);
    }
  }

  /** Never rejects. All of them are taken, or none. */
  offer(items: readonly T[]): Promise<Outcome[]> {
    const cause = this.refusal(items);
    if (cause) return Promise.resolve(items.map(({ id }) => ({ status: 'not-sent', id, cause })));
    const deadlineMs = performance.now() + this.limits.timeoutMs;
    const outcomes = items.map(
      (item) => new Promise<Outcome>((settle) => this.waiting.push({ item, deadlineMs, settle })),
    );
    for (const { bytes } of items) this.bytes += bytes;
    this.watch();
    this.start();
    return Promise.all(outcomes);
  }

  /** As `offer`; an event that this format cannot carry is refused alone, whatever else goes. */
  async deliver(events: readonly ReadyEvent[], itemOf: (event: ReadyEvent) => T): Promise<Outcome[]> {
    const made = events.map((event): T | Outcome => {
      try {
        return itemOf(event);
      } catch (error) {
        if (!(error instanceof EventError)) throw error;
        return { status: 'refused', id: plainWebhookId(event), faults: error.faults };
      }
    });
    const outcomes = await this.offer(made.filter((one): one is T => !('status' in one)));
    let next = 0;
    return made.map((one) => ('status' in one ? one : outcomes[next++]));
  }

  /** Takes nothing more, and resolves when everything has its outcome. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.size === 0 && !this.running) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private get size(): number {
    return this.waiting.length + this.flying.length;
  }

  private refusal(items: readonly T[]): NotSentError | undefined {
    if (this.closed) return new NotSentError('closed', 'the publisher is closed');
    const bytes = items.reduce((sum, item) => sum + item.bytes, this.bytes);
    const { queueEvents, queueBytes } = this.limits;
    if (this.size + items.length <= queueEvents && bytes <= queueBytes) return undefined;
    return new NotSentError('queue-full', `more than ${queueEvents} events or ${queueBytes} bytes wait`);
  }

  /** In the next turn of the event loop, so that calls made together go together. */
  private start(): void {
    if (this.running) return;
    this.running = true;
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      this.flying = this.take();
      const batch = this.flying;
      this.abort = new AbortController();
      const context = { signal: this.abort.signal, deadlineMs: batch[0].deadlineMs };
      const items = batch.map(({ item }) => item);
      const outcomes = await this.sender
        .send(items, context)
        .catch((cause: unknown) => items.map(({ id }): Outcome => ({ status: 'unknown', id, cause })));
      // Given up meanwhile: their outcomes are settled, and so are those of whoever waited.
      if (this.flying === batch) this.land(batch, outcomes);
    }
    this.running = false;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private take(): Entry<T>[] {
    const { batchEvents, batchBytes } = this.limits;
    const [first] = this.waiting;
    let bytes = 0;
    let n = 0;
    for (const { item } of this.waiting) {
      bytes += item.bytes;
      const fits =
        n < batchEvents && bytes <= batchBytes && (this.sender.together?.(first.item, item) ?? true);
      if (n > 0 && !fits) break;
      n++;
    }
    return this.waiting.splice(0, n);
  }

  private land(batch: readonly Entry<T>[], outcomes: readonly Outcome[]): void {
    this.flying = [];
    batch.forEach((entry, i) => this.settle(entry, outcomes[i]));
    const failed = outcomes.find(({ status }) => status === 'unknown' || status === 'not-sent');
    if (failed && 'cause' in failed) {
      const { cause } = failed;
      this.giveBack(new NotSentError('behind-a-failure', 'an event before it was not accepted', { cause }));
    }
    this.watch();
  }

  private giveBack(cause: NotSentError): void {
    for (const entry of this.waiting.splice(0)) {
      this.settle(entry, { status: 'not-sent', id: entry.item.id, cause });
    }
  }

  private settle({ item, settle }: Entry<T>, outcome: Outcome): void {
    this.bytes -= item.bytes;
    settle(outcome);
  }

  /** One timer for the oldest: all have the same time. */
  private watch(): void {
    const [oldest] = this.flying.length > 0 ? this.flying : this.waiting;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!oldest) return;
    this.timer = setTimeout(() => this.giveUp(), Math.max(0, oldest.deadlineMs - performance.now()));
  }

  private giveUp(): void {
    const cause = new NotSentError('timed-out', `no answer within ${this.limits.timeoutMs} ms`);
    const flying = this.flying;
    this.flying = [];
    for (const entry of flying) this.settle(entry, { status: 'unknown', id: entry.item.id, cause });
    this.giveBack(cause);
    this.abort.abort(cause);
  }
}
