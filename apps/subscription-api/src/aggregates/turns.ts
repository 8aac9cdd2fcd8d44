import { AppError } from '@posthorn/runtime';

/**
 * One piece of work of a name at a time in this process, in the order of asking. The lock in PostgreSQL
 * does the same between processes; without this, everybody who waits for it would sit on a connection, and
 * one busy tenant would take them all.
 */
export class Turns {
  private readonly queues = new Map<string, { tail: Promise<unknown>; length: number }>();

  constructor(private readonly waitingMax: number) {}

  /** @throws AppError `too-many-requests` when too many wait already */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(name) ?? { tail: Promise.resolve(), length: 0 };
    if (queue.length > this.waitingMax)
      throw new AppError('too-many-requests', 'Too many changes at once.', { retryAfterS: 1 });
    this.queues.set(name, queue);
    queue.length++;
    const turn = queue.tail.then(work);
    queue.tail = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      if (--queue.length === 0) this.queues.delete(name);
    }
  }
}
