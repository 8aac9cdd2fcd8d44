import { totalmem } from 'node:os';
import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { commonMetrics } from './common-metrics.js';
import type { Metrics } from './metrics.js';

const gcTypes = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
} as Record<number, string>;

/** The event loop, the heap and the process. Answers how to stop looking. */
export function observeNode(metrics: Metrics): () => void {
  const loop = new EventLoopWatch();
  metrics.observe(commonMetrics.eventLoopDelayMax, (observe) => observe(loop.delayMaxS));
  metrics.observe(commonMetrics.eventLoopDelay, (observe) => observe(loop.delayP99S));
  metrics.observe(commonMetrics.eventLoopUtilization, (observe) => observe(loop.utilization));
  metrics.observe(commonMetrics.heapUsed, (observe) => observe(getHeapStatistics().used_heap_size));
  metrics.observe(commonMetrics.heapLimit, (observe) => observe(getHeapStatistics().heap_size_limit));
  metrics.observe(commonMetrics.memoryUsage, (observe) => observe(process.memoryUsage.rss()));
  metrics.observe(commonMetrics.memoryLimit, (observe) => observe(memoryLimit()));
  metrics.observe(commonMetrics.cpuTime, (observe) => {
    const { user, system } = process.cpuUsage();
    observe(user / 1e6, { 'cpu.mode': 'user' });
    observe(system / 1e6, { 'cpu.mode': 'system' });
  });
  metrics.observe(commonMetrics.uptime, (observe) => observe(process.uptime()));
  const collections = observeCollections(metrics);
  return () => {
    loop.stop();
    collections.disconnect();
  };
}

/**
 * The last while, whoever looks and however often: of two watches that began at different times the elder
 * answers, and the younger takes its place when it is old enough.
 */
export class EventLoopWatch {
  private elder = new Watch();
  private younger = new Watch();
  private readonly timer: NodeJS.Timeout;

  constructor(turnMs = 30_000) {
    this.timer = setInterval(() => {
      this.elder.stop();
      this.elder = this.younger;
      this.younger = new Watch();
    }, turnMs).unref();
  }

  get delayMaxS(): number {
    return secondsOf(this.elder.delays.max);
  }

  get delayP99S(): number {
    return secondsOf(this.elder.delays.percentile(99));
  }

  get utilization(): number {
    return performance.eventLoopUtilization(this.elder.began).utilization;
  }

  stop(): void {
    clearInterval(this.timer);
    this.elder.stop();
    this.younger.stop();
  }
}

class Watch {
  readonly delays = monitorEventLoopDelay({ resolution: 20 });
  readonly began = performance.eventLoopUtilization();

  constructor() {
    this.delays.enable();
  }

  stop(): void {
    this.delays.disable();
  }
}

function observeCollections(metrics: Metrics): PerformanceObserver {
  const series = new Map(
    Object.entries(gcTypes).map(([kind, type]) => [
      Number(kind),
      metrics.histogram(commonMetrics.gcDuration, { 'v8js.gc.type': type }),
    ]),
  );
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      series.get(kind)?.record(entry.duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}

/**
 * What a kernel that is short of memory goes by. Without a bound Node says 0, or a number beyond all memory.
 */
export function memoryLimit(bound = process.constrainedMemory(), machine = totalmem()): number {
  return bound > 0 ? Math.min(bound, machine) : machine;
}

/** Nanoseconds; nothing was measured yet where it is not a number. */
function secondsOf(ns: number): number {
  return Number.isFinite(ns) && ns < 9e18 ? ns / 1e9 : 0;
}
