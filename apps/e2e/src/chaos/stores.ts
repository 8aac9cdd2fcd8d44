export type StoreName = 'kafka' | 'postgres';
type Answer = { id: number; error?: string };

/**
 * Kafka and PostgreSQL of this run belong to the tool that started it: it kills and starts them when asked.
 */
export class Stores {
  private readonly waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  private asked = 0;

  constructor() {
    if (!process.send) throw new Error('this runs below tools/chaos.mjs only');
    process.on('message', ({ id, error }: Answer) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(new Error(error));
    });
  }

  /** kill -9, children included. */
  kill(store: StoreName): Promise<void> {
    return this.ask('kill', store);
  }

  /** Resolves when it serves again. */
  start(store: StoreName): Promise<void> {
    return this.ask('start', store);
  }

  private ask(what: 'kill' | 'start', store: StoreName): Promise<void> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      process.send!({ id, what, store });
    });
  }
}
