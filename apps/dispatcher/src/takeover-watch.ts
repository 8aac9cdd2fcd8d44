import type { LogFn } from '@posthorn/messaging';

const longMs = 10_000;

/** Says what a takeover waits for when it takes long: its partition stands still meanwhile. */
export class TakeoverWatch {
  private readonly startedAt = Date.now();
  private readonly timer: NodeJS.Timeout;
  private doing = 'begins';

  constructor(
    private readonly log: LogFn,
    private readonly partition: number,
  ) {
    this.timer = setInterval(() => this.tell(), longMs);
  }

  step(doing: string): void {
    this.doing = doing;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const seconds = Math.round((Date.now() - this.startedAt) / 1_000);
    this.log('warn', 'takeover takes long', { partition: this.partition, doing: this.doing, seconds });
  }
}

/** On the global timer, which a simulation can replace; `node:timers/promises` would keep the real clock. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
