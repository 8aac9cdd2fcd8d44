import type { LogFn } from './kafka-log.js';
import { delay } from './waiting.js';

export type Commit = { topic: string; partition: number; offset: string; metadata: string | null };

/** What the broker takes: 4,097 characters are refused. */
const metadataMaxLength = 4_096;
const retryAfterMs = 500;

/**
 * Group commits, coalesced: only the newest position of a partition is sent, and one request at a time,
 * because requests that meet a rebalance hang and then fail together. A failed one is repeated unless a
 * newer came or the partition went. Never throws: these commits feed lag tools and the next start, they
 * decide nothing.
 */
export class OffsetCommitter {
  private readonly waiting = new Map<string, Commit>();
  private busy = false;

  constructor(
    private readonly send: (commits: Commit[]) => Promise<void>,
    private readonly isAssigned: (topic: string, partition: number) => boolean,
    private readonly log: LogFn,
  ) {}

  commit(topic: string, partition: number, next: number, metadata?: string): void {
    let kept = metadata ?? null;
    if (kept !== null && kept.length > metadataMaxLength) {
      this.log('error', 'commit metadata is too long and left out', {
        topic,
        partition,
        length: kept.length,
      });
      kept = null;
    }
    this.waiting.set(`${topic}/${partition}`, { topic, partition, offset: String(next), metadata: kept });
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
      const commits = [...this.waiting].filter(([, { topic, partition }]) =>
        this.isAssigned(topic, partition),
      );
      this.waiting.clear();
      if (commits.length === 0) break;
      try {
        await this.send(commits.map(([, commit]) => commit));
      } catch (error) {
        this.log('debug', 'commit failed', { error: String(error) });
        await delay(retryAfterMs);
        for (const [key, commit] of commits) if (!this.waiting.has(key)) this.waiting.set(key, commit);
      }
    }
    this.busy = false;
  }
}
