import { deliveryLogMetrics } from '@posthorn/delivery-log';
import { dispatcherMetrics } from '@posthorn/dispatcher';
import { eventIngestMetrics } from '@posthorn/event-ingest';
import { retrySchedulerMetrics } from '@posthorn/retry-scheduler';
import { commonMetrics, type MetricDefinition, prometheusName } from '@posthorn/runtime';

/** Every metric there is, and who has it. */
export const allMetrics: readonly { title: string; metrics: readonly MetricDefinition[] }[] = [
  { title: 'event-ingest', metrics: Object.values(eventIngestMetrics) },
  { title: 'dispatcher', metrics: Object.values(dispatcherMetrics) },
  { title: 'retry-scheduler', metrics: Object.values(retrySchedulerMetrics) },
  { title: 'delivery-log', metrics: Object.values(deliveryLogMetrics) },
  { title: 'Every service, as far as it has such things', metrics: Object.values(commonMetrics) },
];

/** The tables of docs/metrics.md. */
export function metricTables(): string {
  return allMetrics
    .map(({ title, metrics }) => [`## ${title}`, '', ...tableOf(metrics)].join('\n'))
    .join('\n\n');
}

function tableOf(metrics: readonly MetricDefinition[]): string[] {
  const rows = metrics.map((metric) => {
    const { name, kind, unit, description, attributes = [] } = metric;
    const labels = attributes.map((attribute) => `\`${attribute}\``).join(', ') || '–';
    return `| \`${name}\` | \`${prometheusName(metric)}\` | ${kind} | ${unit} | ${labels} | ${description} |`;
  });
  return [
    '| Metric | In Prometheus | Kind | Unit | Attributes | Meaning |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}
