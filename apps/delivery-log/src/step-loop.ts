const pollMs = 500;

export type StepLoopPort = {
  /** Nothing is tried while this is false. */
  isUp(): boolean;
  /** One small piece of work; false: nothing is left, or other instances are at it. */
  step(): Promise<boolean>;
  /** It is tried again. */
  failed(error: unknown): void;
};

/** Works off what there is, looks again twice a second, and ends after the step that runs. */
export class StepLoop {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly port: StepLoopPort) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.run().finally(() => this.start());
    }, pollMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  private async run(): Promise<void> {
    if (!this.port.isUp()) return;
    try {
      while (!this.stopped && (await this.port.step()));
    } catch (error) {
      this.port.failed(error);
    }
  }
}
