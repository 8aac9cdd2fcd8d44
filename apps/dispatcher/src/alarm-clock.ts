/** Calls back at given instants with one timer, never early. */
export class AlarmClock<T> {
  /** Sorted by instant, latest first, so that the next one is popped. */
  private readonly alarms: { at: number; value: T }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;

  constructor(
    private readonly now: () => number,
    private readonly ring: (value: T) => void,
  ) {}

  set(at: number, value: T): void {
    let low = 0;
    let high = this.alarms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.alarms[middle].at > at) low = middle + 1;
      else high = middle;
    }
    this.alarms.splice(low, 0, { at, value });
    this.arm();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.alarms.length = 0;
  }

  private arm(): void {
    const next = this.alarms.at(-1);
    if (!next || next.at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = next.at;
    this.timer = setTimeout(() => this.fire(), Math.max(0, Math.ceil(next.at - this.now())));
  }

  private fire(): void {
    this.timerAt = Infinity;
    for (let next = this.alarms.at(-1); next && next.at <= this.now(); next = this.alarms.at(-1)) {
      this.alarms.pop();
      this.ring(next.value);
    }
    this.arm();
  }
}
