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
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  metrics.observe(commonMetrics.eventLoopDelayMax, (observe) => observe(secondsOf(delays.max)));
  // Observed last of the two: it begins anew.
  metrics.observe(commonMetrics.eventLoopDelay, (observe) => {
    observe(secondsOf(delays.percentile(99)));
    setImmediate(() => delays.reset());
  });
  let before = performance.eventLoopUtilization();
  metrics.observe(commonMetrics.eventLoopUtilization, (observe) => {
    const now = performance.eventLoopUtilization();
    observe(performance.eventLoopUtilization(now, before).utilization);
    before = now;
  });
  metrics.observe(commonMetrics.heapUsed, (observe) => observe(getHeapStatistics().used_heap_size));
  metrics.observe(commonMetrics.heapLimit, (observe) => observe(getHeapStatistics().heap_size_limit));
  metrics.observe(commonMetrics.memoryUsage, (observe) => observe(process.memoryUsage.rss()));
  metrics.observe(commonMetrics.cpuTime, (observe) => {
    const { user, system } = process.cpuUsage();
    observe(user / 1e6, { 'cpu.mode': 'user' });
    observe(system / 1e6, { 'cpu.mode': 'system' });
  });
  metrics.observe(commonMetrics.uptime, (observe) => observe(process.uptime()));
  const collections = observeCollections(metrics);
  return () => {
    delays.disable();
    collections.disconnect();
  };
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

/** Nanoseconds; nothing was measured yet where it is not a number. */
function secondsOf(ns: number): number {
  return Number.isFinite(ns) && ns < 9e18 ? ns / 1e9 : 0;
}
