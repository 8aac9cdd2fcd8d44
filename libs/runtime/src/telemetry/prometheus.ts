import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  DataPointType,
  MetricReader,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

/** Read when Prometheus asks. */
export class PullReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';

const serializer = new PrometheusSerializer('', false, undefined, false, true);

/** The text format of Prometheus, with the names that OTLP's way to Prometheus gives the same metrics. */
export function prometheusText({ resource, scopeMetrics }: ResourceMetrics): string {
  const named = scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(withUnit) }));
  return serializer.serialize({ resource, scopeMetrics: named });
}

const units: Record<string, string> = { s: 'seconds', By: 'bytes', ms: 'milliseconds' };

/**
 * A metric's name in Prometheus: its unit stands in it, as OpenTelemetry's specification, the collector and
 * Prometheus' own OTLP receiver have it. This SDK's exporter leaves it out.
 */
export function prometheusName({ name, unit, kind }: { name: string; unit: string; kind: string }): string {
  const base = suffixed(name, unit, kind === 'gauge').replace(/[^a-zA-Z0-9_]/g, '_');
  return kind === 'counter' ? `${base}_total` : base;
}

function withUnit(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  const isGauge = metric.dataPointType === DataPointType.GAUGE;
  // `# UNIT` is a word of OpenMetrics; in this format it would be an unknown comment.
  return { ...metric, descriptor: { ...metric.descriptor, name: suffixed(name, unit, isGauge), unit: '' } };
}

function suffixed(name: string, unit: string, isGauge: boolean): string {
  const word = unit === '1' ? (isGauge ? 'ratio' : undefined) : units[unit];
  return word === undefined || name.endsWith(word) ? name : `${name}_${word}`;
}
