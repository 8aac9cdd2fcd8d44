/** Longer waits are made of several: a clock that was set is noticed, and no timer is for 24 days. */
const waitMaxMs = 1_000;

/** Calls back at given instants with one timer, never early, unless the clock is set back. */
export class AlarmClock<T> {
  /** Sorted by instant, latest first, so that the next one is popped. */
  private readonly alarms: { at: number; value: T }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;
  /** What the clock said last. */
  private seenAt = -Infinity;

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
    const now = this.look();
    this.timerAt = Math.min(next.at, now + waitMaxMs);
    this.timer = setTimeout(() => this.fire(), Math.max(0, Math.ceil(this.timerAt - now)));
  }

  private fire(): void {
    this.timerAt = Infinity;
    for (let next = this.alarms.at(-1); next && next.at <= this.look(); next = this.alarms.at(-1)) {
      this.alarms.pop();
      this.ring(next.value);
    }
    this.arm();
  }

  /** What was to wait a second does not wait an hour and a second when the clock is set back by an hour. */
  private look(): number {
    const now = this.now();
    const back = this.seenAt - now;
    if (back > 0) for (const alarm of this.alarms) alarm.at -= back;
    this.seenAt = now;
    return now;
  }
}
