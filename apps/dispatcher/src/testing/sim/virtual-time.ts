type Timer = { at: number; order: number; run: () => void; everyMs: number | undefined };

const real = {
  setImmediate,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  now: Date.now,
  performance,
};
const startMs = Date.UTC(2026, 0, 1);

/**
 * The clock, timers and immediates of everything that runs in a simulation. Nothing happens by itself:
 * `settle`
 * runs what is ready now, `pass` lets time go by, `stall` lets it go by while nothing runs, as SIGSTOP does.
 */
export class VirtualTime {
  now = startMs;
  private orders = 0;
  private readonly timers = new Set<Timer>();
  private immediates: (() => void)[] = [];

  install(): void {
    const set = (run: () => void, ms = 0, everyMs?: number): Timer => {
      const timer = { at: this.now + Math.max(0, ms), order: this.orders++, run, everyMs };
      this.timers.add(timer);
      return timer;
    };
    const clear = (timer: unknown): void => void this.timers.delete(timer as Timer);
    Object.assign(globalThis, {
      setImmediate: (run: () => void) => void this.immediates.push(run),
      setTimeout: (run: () => void, ms?: number) => set(run, ms),
      setInterval: (run: () => void, ms = 1) => set(run, ms, ms),
      clearTimeout: clear,
      clearInterval: clear,
    });
    Date.now = () => this.now;
    Object.defineProperty(globalThis, 'performance', {
      value: { now: () => this.now },
      configurable: true,
      writable: true,
    });
  }

  uninstall(): void {
    const { now, performance: clock, ...globals } = real;
    Object.assign(globalThis, globals);
    Date.now = now;
    Object.defineProperty(globalThis, 'performance', { value: clock, configurable: true, writable: true });
  }

  /** Runs promises, and with `immediates` everything that is ready, until nothing is. */
  async settle(immediates = true): Promise<void> {
    for (let turns = 0; ; turns++) {
      await new Promise<void>((resolve) => real.setImmediate(resolve));
      if (!immediates || this.immediates.length === 0) return;
      if (turns > 1_000) throw new Error('the engine never rests');
      const ready = this.immediates;
      this.immediates = [];
      for (const run of ready) run();
    }
  }

  /** Timers ring in their order; `each` is called after every one. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    let rings = 0;
    for (let next = this.next(); next && next.at <= until; next = this.next()) {
      if (next.at > this.now) rings = 0;
      if (++rings > 1_000) throw new Error(`timers ring for ever: ${next.run.toString()}`);
      this.now = Math.max(this.now, next.at);
      this.ring(next);
      await this.settle();
    }
    this.now = until;
  }

  /** Everything stands still for so long; what has become due meanwhile rings once, afterwards. */
  async stall(ms: number): Promise<void> {
    this.now += ms;
    const due = [...this.timers].filter(({ at }) => at <= this.now).sort(byTime);
    for (const timer of due) if (this.timers.has(timer)) this.ring(timer);
    await this.settle();
  }

  private next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.timers) if (!next || byTime(timer, next) < 0) next = timer;
    return next;
  }

  private ring(timer: Timer): void {
    if (timer.everyMs === undefined) this.timers.delete(timer);
    else timer.at = this.now + timer.everyMs;
    timer.run();
  }
}

function byTime(a: Timer, b: Timer): number {
  return a.at - b.at || a.order - b.order;
}
