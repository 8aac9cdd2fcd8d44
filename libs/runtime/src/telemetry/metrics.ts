import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api';
import { hrTime, type InstrumentationScope } from '@opentelemetry/core';
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { emptyResource } from '@opentelemetry/resources';

export type MetricAttributes = Record<string, string | number>;

/** One metric as the documentation, the dashboards and the exporters know it. */
export type MetricDefinition = {
  /** OpenTelemetry's name, with dots. */
  name: string;
  kind: 'counter' | 'gauge' | 'histogram';
  /** UCUM: `s`, `By`, `1`, or a word in braces. */
  unit: string;
  description: string;
  /** Names of the attributes its series may have. */
  attributes?: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  bounds?: readonly number[];
};

/** A counter's series: a number, kept by whoever counts. */
export class Count {
  value = 0;

  add(n = 1): void {
    this.value += n;
  }
}

/** A histogram's series: an array of counts, one more than there are bounds. */
export class Buckets {
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  record(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at++;
    counts[at]!++;
    this.sum += value;
    this.count++;
  }
}

/** Takes what is true now: a value, and the attributes of its series. */
export type Observe = (value: number, attributes?: MetricAttributes) => void;

/** Seconds, from a millisecond to ten minutes. */
export const durationBounds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600,
] as const;

/** What is meant to come within bounds does; what does not is one more series, not a flood. */
const seriesMax = 2_000;
/** A little longer than a check of health may take: what does not answer is to be told, not left out. */
const observerTimeoutMs = 3_000;
const scope: InstrumentationScope = { name: 'posthorn' };
const overflow: MetricAttributes = { 'otel.metric.overflow': 'true' };

type Series<T> = { attributes: Attributes; value: T };
type Family = {
  definition: MetricDefinition;
  series: Map<string, Series<Count | Buckets>>;
  observers: ((observe: Observe) => void | Promise<void>)[];
};

/**
 * What a process counts. The SDK's readers (OTLP, Prometheus) collect it as a MetricProducer; what counts
 * holds plain numbers, so that a record costs an addition and no object. All modules of a process share
 * one; who asks for a series that exists gets it.
 */
export class Metrics implements MetricProducer {
  private readonly families = new Map<string, Family>();
  private readonly startTime = hrTime();

  counter(definition: MetricDefinition, attributes: MetricAttributes = {}): Count {
    return this.series(definition, attributes, () => new Count());
  }

  histogram(definition: MetricDefinition, attributes: MetricAttributes = {}): Buckets {
    const bounds = definition.bounds ?? durationBounds;
    return this.series(definition, attributes, () => new Buckets(bounds));
  }

  /** `read` is called at every collection. A gauge that several observe has the series of all of them. */
  observe(definition: MetricDefinition, read: (observe: Observe) => void | Promise<void>): void {
    this.family(definition).observers.push(read);
  }

  /** Names of all metrics that somebody counts or observes. */
  get names(): string[] {
    return [...this.families.keys()];
  }

  async collect(): Promise<CollectionResult> {
    const errors: unknown[] = [];
    const endTime = hrTime();
    const times = { startTime: this.startTime, endTime };
    const all = await Promise.all(
      [...this.families.values()].map((family) => readingOf(family, times, (error) => errors.push(error))),
    );
    const metrics = all.filter((metric) => metric.dataPoints.length > 0);
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] }, errors };
  }

  private series<T extends Count | Buckets>(
    definition: MetricDefinition,
    attributes: MetricAttributes,
    make: () => T,
  ): T {
    const { series } = this.family(definition);
    const fits = series.size < seriesMax || series.has(keyOf(attributes));
    const named = fits ? attributes : overflow;
    const key = keyOf(named);
    const known = series.get(key);
    if (known) return known.value as T;
    const value = make();
    series.set(key, { attributes: named, value });
    return value;
  }

  private family(definition: MetricDefinition): Family {
    const known = this.families.get(definition.name);
    if (known) return known;
    const family: Family = { definition, series: new Map(), observers: [] };
    this.families.set(definition.name, family);
    return family;
  }
}

function keyOf(attributes: MetricAttributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Times = { startTime: HrTime; endTime: HrTime };

async function readingOf(
  { definition, series, observers }: Family,
  times: Times,
  failed: (error: unknown) => void,
): Promise<MetricData> {
  const { kind, name, unit, description } = definition;
  const descriptor = { name, unit, description, valueType: ValueType.DOUBLE };
  const base = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  if (kind === 'histogram') {
    const dataPoints = [...series.values()].map(({ attributes, value }) => ({
      ...times,
      attributes,
      value: histogramOf(value as Buckets),
    }));
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints: DataPoint<number>[] = [...series.values()].map(({ attributes, value }) => ({
    ...times,
    attributes,
    value: (value as Count).value,
  }));
  const observe: Observe = (value, attributes = {}) => {
    if (dataPoints.length < seriesMax) dataPoints.push({ ...times, attributes, value });
  };
  await Promise.all(observers.map((read) => observed(read, observe).catch(failed)));
  if (kind === 'gauge') return { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
  return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
}

/** What comes late is left out, and never added to a collection that is over. */
async function observed(read: Family['observers'][number], observe: Observe): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('a metric was not observed in time')), observerTimeoutMs);
  });
  try {
    await Promise.race([read((value, attributes) => void (over || observe(value, attributes))), late]);
  } finally {
    over = true;
    clearTimeout(timer);
  }
}

function histogramOf({ bounds, counts, sum, count }: Buckets): Histogram {
  return { buckets: { boundaries: [...bounds], counts: [...counts] }, sum, count };
}
