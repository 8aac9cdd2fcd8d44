import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { hostname } from 'node:os';
import { Metrics } from './metrics.js';
import { observeNode } from './node-metrics.js';
import { prometheusText, PullReader } from './prometheus.js';

export type TelemetrySettings = {
  /** Nothing is sent where it is not set. */
  otlpEndpoint?: string;
  otlpMetricsEveryMs: number;
};

/** Metrics and traces of a process: what it counts, and who is told. */
export class Telemetry {
  readonly metrics = new Metrics();
  private readonly pull: PullReader;
  private readonly meters: MeterProvider;
  private readonly stopLooking: () => void;

  constructor(service: string, { otlpEndpoint, otlpMetricsEveryMs }: TelemetrySettings) {
    const metricProducers = [this.metrics];
    this.pull = new PullReader({ metricProducers });
    const readers: MetricReader[] = [this.pull];
    if (otlpEndpoint) {
      const exporter = new OTLPMetricExporter({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/metrics` });
      readers.push(
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis: otlpMetricsEveryMs,
          exportTimeoutMillis: Math.min(otlpMetricsEveryMs, 10_000),
          metricProducers,
        }),
      );
    }
    this.meters = new MeterProvider({ resource: resourceOf(service), readers });
    this.stopLooking = observeNode(this.metrics);
  }

  /** For Prometheus. What could not be observed is left out. */
  async prometheus(): Promise<string> {
    const { resourceMetrics } = await this.pull.collect();
    return prometheusText(resourceMetrics);
  }

  /** Sends what was not sent yet, as long as that does not take too long. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopLooking();
    await this.meters.shutdown({ timeoutMillis: timeoutMs }).catch(() => undefined);
  }
}

function resourceOf(service: string): Resource {
  const own = resourceFromAttributes({
    'service.namespace': 'posthorn',
    'service.name': `posthorn-${service}`,
    'service.instance.id': `${hostname()}-${process.pid}`,
  });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}
