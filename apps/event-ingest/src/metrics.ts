import { Inject, Injectable } from '@nestjs/common';
import { type Count, type MetricDefinition, Metrics } from '@posthorn/runtime';

export const eventIngestMetrics = {
  accepted: {
    name: 'posthorn.events.accepted',
    kind: 'counter',
    unit: '{event}',
    description: 'Events that Kafka has: answered with 202, or taken from the inbox',
    attributes: ['posthorn.source'],
  },
  rejected: {
    name: 'posthorn.events.rejected',
    kind: 'counter',
    unit: '{event}',
    description: 'Events that were not taken: refused over HTTP, or moved from the inbox to rejected',
    attributes: ['posthorn.source', 'posthorn.code'],
  },
} as const satisfies Record<string, MetricDefinition>;

type Source = 'http' | 'inbox';

/** What came of the events that publishers sent. */
@Injectable()
export class IngestMetrics {
  private readonly accepted: Record<Source, Count>;

  constructor(@Inject(Metrics) private readonly metrics: Metrics) {
    const accepted = (source: Source) =>
      metrics.counter(eventIngestMetrics.accepted, { 'posthorn.source': source });
    this.accepted = { http: accepted('http'), inbox: accepted('inbox') };
    // There from the start: an alert on a counter that begins at 1 would miss the first one.
    for (const code of ['invalid-event', 'unknown-tenant', 'too-large'])
      for (const source of ['http', 'inbox'] as const) this.series(source, code);
  }

  took(source: Source, events: number): void {
    this.accepted[source].value += events;
  }

  refused(source: Source, code: string): void {
    this.series(source, code).add();
  }

  private series(source: Source, code: string): Count {
    const attributes = { 'posthorn.source': source, 'posthorn.code': code };
    return this.metrics.counter(eventIngestMetrics.rejected, attributes);
  }
}
