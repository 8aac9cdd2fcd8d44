import { eventsTopic } from '@posthorn/contracts';
import type { ProjectionServer, TopicPartition } from '@posthorn/runtime';

/**
 * Between a projection and the consumer it steers: lets a partition's events flow only when its rule book
 * is complete. Who pauses meanwhile stays paused.
 */
export class BookGate implements ProjectionServer {
  private readonly waiting = new Map<number, object>();

  constructor(
    private readonly server: () => ProjectionServer,
    /** Whether the book is complete now; false: it never will be. */
    private readonly complete: (partition: number) => Promise<boolean>,
  ) {}

  get ready(): boolean {
    return this.server().ready;
  }

  pause(partitions: TopicPartition[]): void {
    for (const at of partitions) if (at.topic === eventsTopic.name) this.waiting.delete(at.partition);
    this.server().pause(partitions);
  }

  resume(partitions: TopicPartition[]): void {
    const others = partitions.filter(({ topic }) => topic !== eventsTopic.name);
    if (others.length > 0) this.server().resume(others);
    for (const at of partitions) if (at.topic === eventsTopic.name) void this.resumeEvents(at);
  }

  seek(at: TopicPartition, offset: number): void {
    this.server().seek(at, offset);
  }

  private async resumeEvents(at: TopicPartition): Promise<void> {
    const wish = {};
    this.waiting.set(at.partition, wish);
    const complete = await this.complete(at.partition);
    if (this.waiting.get(at.partition) !== wish) return;
    this.waiting.delete(at.partition);
    if (complete) this.server().resume([at]);
  }
}
