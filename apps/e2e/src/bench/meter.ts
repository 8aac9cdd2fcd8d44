import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../chaos/fleet.js';
import { cpuUsOf, cpuUsOfTree, residentMb } from './cpu.js';

/** By process: CPU in µs, or memory in MiB. */
export type ByProcess = Record<string, number>;

const stepMs = 500;
/** What is at rest spends no more than this in a step: half again as the least ever seen, and a little. */
const restFactor = 1.5;
const restUs = 40_000;
/** So many steps in a row: between two batches it looks quiet too. */
const restSteps = 2;
/** So many have to be seen before anybody knows what rest is. */
const knownSteps = 6;
const restWithinMs = 60_000;
const peakEveryMs = 1_000;

/** What the operating system counts of the services, the broker's JVM and PostgreSQL's processes. */
export class Meter {
  private peak: ByProcess = {};
  private timer: NodeJS.Timeout | undefined;
  private steps = 0;
  private leastUs = Infinity;

  constructor(
    private readonly fleet: Fleet,
    private readonly pids: { kafka: number; postgres: number },
  ) {}

  cpuUs(): ByProcess {
    const { kafka, postgres } = this.pids;
    const services = this.fleet.services.map(({ name, pid }) => [name, cpuUsOf(pid!)] as const);
    return { ...Object.fromEntries(services), kafka: cpuUsOf(kafka), postgres: cpuUsOfTree(postgres) };
  }

  /** Looks at the memory of the services again and again; `peakMb` tells the most that was seen. */
  watchMemory(): void {
    this.peak = {};
    const look = (): void => {
      for (const { name, pid } of this.fleet.services)
        this.peak[name] = Math.max(this.peak[name] ?? 0, residentMb(pid!));
    };
    look();
    this.timer = setInterval(look, peakEveryMs);
  }

  peakMb(): ByProcess {
    clearInterval(this.timer);
    return this.peak;
  }

  /**
   * Until they spend no more than when nothing is to do: what is projected afterwards is done. `cpu` is what
   * they had spent when that began.
   */
  async rest(): Promise<{ rested: boolean; cpu: ByProcess }> {
    const until = performance.now() + restWithinMs;
    let cpu = this.cpuUs();
    for (let last = sum(cpu), still = 0; performance.now() < until;) {
      await sleep(stepMs);
      const now = this.cpuUs();
      const spent = sum(now) - last;
      last = sum(now);
      this.leastUs = Math.min(this.leastUs, spent);
      still = spent <= restFactor * this.leastUs + restUs ? still + 1 : 0;
      if (still === 0) cpu = now;
      if (++this.steps >= knownSteps && still >= restSteps) return { rested: true, cpu };
    }
    return { rested: false, cpu };
  }
}

function sum(cpu: ByProcess): number {
  return Object.values(cpu).reduce((all, us) => all + us, 0);
}
