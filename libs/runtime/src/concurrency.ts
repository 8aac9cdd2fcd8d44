/** At most `max` pieces of work at a time, the others in the order they came. */
export class Gate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly max: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.max) await new Promise<void>((resolve) => this.waiting.push(resolve));
    // A waiter takes over the place of the one that left: `running` did not go down in between.
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** Doubles from 100 ms to 2 s, with a tenth of chance so that instances do not knock together. */
export function backoffMs(failures: number): number {
  return Math.min(2_000, 100 * 2 ** Math.min(failures - 1, 10)) * (0.95 + Math.random() * 0.1);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
