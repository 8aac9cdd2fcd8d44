import type { FencedWriter } from '@posthorn/messaging';
import type { PartitionOwner } from './partition-owner.js';

/**
 * Writes an owner's records, one transaction at a time, everything that came together in one. An error is
 * the end of
 * this ownership: the writer is fenced, or nobody can tell what became of its last transaction.
 */
export class PartitionWriter {
  private running = false;
  private lastRun: Promise<void> = Promise.resolve();

  constructor(
    private readonly owner: PartitionOwner,
    private readonly writer: FencedWriter,
    private readonly lost: (error: unknown) => void,
  ) {}

  get lastCommitMs(): number {
    return this.writer.lastCommitMs;
  }

  /** Cheap where there is nothing to write or a transaction is under way. */
  kick(): void {
    if (this.running || this.owner.ended) return;
    this.running = true;
    this.lastRun = this.run();
  }

  /** Everything that is wanted now is written, or the ownership is lost. */
  async drain(): Promise<void> {
    this.kick();
    await this.lastRun;
  }

  async close(): Promise<void> {
    await this.writer.close();
  }

  private async run(): Promise<void> {
    try {
      // A turn of the event loop gathers what a batch or several receivers' answers cause.
      await new Promise((resolve) => setImmediate(resolve));
      for (;;) {
        const transaction = this.owner.ended ? undefined : this.owner.takeTransaction();
        if (!transaction) return;
        await this.writer.commit(transaction.records);
        if (this.owner.ended) return;
        transaction.acknowledged();
      }
    } catch (error) {
      this.lost(error);
    } finally {
      this.running = false;
    }
  }
}
