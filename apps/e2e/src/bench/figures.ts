import type { ByProcess } from './meter.js';

/** Of one scenario, named as docs/performance.md and the JSON have them. */
export type Figures = {
  /** From the first acceptance to the last delivery. */
  deliveriesPerS: number;
  /** Of services, broker and PostgreSQL together, until what is projected afterwards is done. */
  cpuUsPerDelivery: number | null;
  /** The same by process; where nothing is delivered, µs in each second. */
  cpuUsByProcess: ByProcess;
  p50Ms: number | null;
  p99Ms: number | null;
  /** The largest of the services, at its peak. */
  rssMb: number;
  rssMbByProcess: ByProcess;
  lost: number;
  duplicates: number;
};

/** Of what alone is measured in the same run. */
export type Limits = { postsPerS: number; postCpuUs: number; produceUs: number; insertUs: number };

export type Measured = {
  cpuBefore: ByProcess;
  cpuAfter: ByProcess;
  lengthMs: number;
  expected: number;
  told: { distinct: number; duplicates: number; strange: number; p50Ms: number; p99Ms: number };
  rssMb: ByProcess;
};

export function figuresOf({ cpuBefore, cpuAfter, lengthMs, expected, told, rssMb }: Measured): Figures {
  const { distinct, duplicates, strange } = told;
  // Without deliveries, by second.
  const per = distinct > 0 ? distinct : lengthMs / 1_000;
  const spent = Object.entries(cpuAfter).map(([name, us]) => [name, us - (cpuBefore[name] ?? 0)] as const);
  const all = spent.reduce((sum, [, us]) => sum + us, 0);
  return {
    deliveriesPerS: Math.round((distinct * 1_000) / lengthMs),
    cpuUsPerDelivery: distinct > 0 ? tenth(all / distinct) : null,
    cpuUsByProcess: Object.fromEntries(spent.map(([name, us]) => [name, tenth(us / per)])),
    p50Ms: latency(told.p50Ms),
    p99Ms: latency(told.p99Ms),
    rssMb: Math.max(...Object.values(rssMb)),
    rssMbByProcess: rssMb,
    lost: expected - distinct,
    // What came where nobody expected it is too much as well.
    duplicates: duplicates + strange,
  };
}

/** Of several runs of one scenario: figure by figure the median; nothing that was lost is forgotten. */
export function medianOf(runs: readonly Figures[]): Figures {
  const of = (pick: (one: Figures) => number): number => median(runs.map(pick));
  const known = (pick: (one: Figures) => number | null): number | null => {
    const values = runs.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
  const each = (pick: (one: Figures) => ByProcess): ByProcess =>
    Object.fromEntries(Object.keys(pick(runs[0])).map((name) => [name, of((one) => pick(one)[name])]));
  return {
    deliveriesPerS: of((one) => one.deliveriesPerS),
    cpuUsPerDelivery: known((one) => one.cpuUsPerDelivery),
    cpuUsByProcess: each((one) => one.cpuUsByProcess),
    p50Ms: known((one) => one.p50Ms),
    p99Ms: known((one) => one.p99Ms),
    rssMb: of((one) => one.rssMb),
    rssMbByProcess: each((one) => one.rssMbByProcess),
    lost: runs.reduce((sum, { lost }) => sum + lost, 0),
    duplicates: runs.reduce((sum, { duplicates }) => sum + duplicates, 0),
  };
}

/** The lower one of the two in the middle, where there are two. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Null where there was none, as in JSON. */
function latency(ms: number): number | null {
  return Number.isNaN(ms) ? null : tenth(ms);
}
