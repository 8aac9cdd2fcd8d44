import type { LogFn } from './kafka-log.js';
import { delay } from './waiting.js';

export type Commit = { topic: string; partition: number; offset: string; metadata: string | null };
type Waiting = { commit: Commit; stay: object };

/** What the broker takes: 4,097 characters are refused. */
const metadataMaxLength = 4_096;
const retryAfterMs = 500;

/**
 * Group commits, coalesced: only the newest position of a partition is sent, and one request at a time,
 * because requests that meet a rebalance hang and then fail together. A failed one is repeated unless a
 * newer came.
 *
 * A commit belongs to one stay of the partition and is forgotten with it: the broker would take it from any
 * live member, over the commits of those who had the partition in between. Never throws: these commits feed
 * lag tools and the next start, they decide nothing.
 */
export class OffsetCommitter {
  private readonly waiting = new Map<string, Waiting>();
  private busy = false;

  constructor(
    /** One try. */
    private readonly send: (commits: Commit[]) => Promise<void>,
    /** An object for as long as the partition stays here without a break, another one the next time. */
    private readonly stayOf: (topic: string, partition: number) => object | undefined,
    private readonly log: LogFn,
  ) {}

  commit(topic: string, partition: number, next: number, metadata?: string): void {
    const stay = this.stayOf(topic, partition);
    if (!stay) return;
    let kept = metadata ?? null;
    if (kept !== null && kept.length > metadataMaxLength) {
      this.log('error', 'commit metadata is too long and left out', {
        topic,
        partition,
        length: kept.length,
      });
      kept = null;
    }
    const commit = { topic, partition, offset: String(next), metadata: kept };
    this.waiting.set(`${topic}/${partition}`, { commit, stay });
    if (!this.busy) void this.pump();
  }

  /** Resolves when nothing is waiting or under way, at most after the given time. */
  async drain(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while ((this.busy || this.waiting.size > 0) && performance.now() < deadline) await delay(5);
  }

  private async pump(): Promise<void> {
    this.busy = true;
    await Promise.resolve(); // everything that this tick commits goes in one request
    while (this.waiting.size > 0) {
      const due = [...this.waiting].filter(([, { commit, stay }]) => this.stays(commit, stay));
      this.waiting.clear();
      if (due.length === 0) break;
      try {
        await this.send(due.map(([, { commit }]) => commit));
      } catch (error) {
        this.log('debug', 'commit failed', { error: String(error) });
        await delay(retryAfterMs);
        for (const [key, entry] of due) if (!this.waiting.has(key)) this.waiting.set(key, entry);
      }
    }
    this.busy = false;
  }

  private stays({ topic, partition }: Commit, stay: object): boolean {
    return this.stayOf(topic, partition) === stay;
  }
}
