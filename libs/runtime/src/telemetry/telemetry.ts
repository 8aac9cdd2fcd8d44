import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { hostname } from 'node:os';
import { settledWithin } from '@posthorn/messaging';
import { Metrics } from './metrics.js';
import { observeNode } from './node-metrics.js';
import { prometheusText, PullReader } from './prometheus.js';
import { Spans } from './spans.js';

export type TelemetrySettings = {
  /** Nothing is sent where it is not set. */
  otlpEndpoint?: string;
  otlpMetricsEveryMs: number;
  /** Of the traces that begin here. */
  traceShare: number;
  /** Of what callers want to have recorded, a second. */
  tracesOfCallersPerS: number;
};

/** Metrics and traces of a process: what it counts, and who is told. */
export class Telemetry {
  readonly metrics = new Metrics();
  readonly spans: Spans;
  private readonly traces: TracerProvider | undefined;
  private readonly pull: PullReader;
  private readonly meters: MeterProvider;
  private readonly stopLooking: () => void;

  constructor(service: string, settings: TelemetrySettings) {
    const { otlpEndpoint, otlpMetricsEveryMs, traceShare, tracesOfCallersPerS } = settings;
    const resource = resourceOf(service);
    const base = otlpEndpoint?.replace(/\/$/, '');
    const metricProducers = [this.metrics];
    this.pull = new PullReader({ metricProducers });
    const readers: MetricReader[] = [this.pull];
    if (base) {
      const exporter = new OTLPMetricExporter({ url: `${base}/v1/metrics` });
      readers.push(
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis: otlpMetricsEveryMs,
          exportTimeoutMillis: Math.min(otlpMetricsEveryMs, 10_000),
          metricProducers,
        }),
      );
    }
    this.meters = new MeterProvider({ resource, readers });
    this.traces = base ? tracesTo(`${base}/v1/traces`, resource) : undefined;
    this.spans = new Spans(this.traces?.getTracer('posthorn'), traceShare, tracesOfCallersPerS);
    this.stopLooking = observeNode(this.metrics);
  }

  /** What RuntimeModule gives to the modules. */
  get parts(): { metrics: Metrics; spans: Spans } {
    return { metrics: this.metrics, spans: this.spans };
  }

  /** For Prometheus. What could not be observed is left out. */
  async prometheus(): Promise<string> {
    const { resourceMetrics } = await this.pull.collect();
    return prometheusText(resourceMetrics);
  }

  /** Sends what was not sent yet, as long as that does not take too long. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopLooking();
    const all = [this.meters.shutdown({ timeoutMillis: timeoutMs }), this.traces?.shutdown()];
    await settledWithin(timeoutMs, Promise.allSettled(all));
  }
}

/** Everything that is started is wanted: `Spans` decides. What cannot be sent in time is dropped. */
function tracesTo(url: string, resource: Resource): TracerProvider {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: 10_000 });
  const processor = new BatchSpanProcessor({ exporter, maxQueueSize: 4_096, scheduledDelayMillis: 1_000 });
  return new TracerProvider({ resource, sampler: new AlwaysOnSampler(), spanProcessors: [processor] });
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
