import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Spans } from '@posthorn/runtime';
import { IngestSpans } from './ingest-spans.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const sampled = `00-${traceId}-00f067aa0ba902b7-01`;
const event = { id: 'e', type: 'order.created', tenantId: 't' };

it('a publisher whose every event is sampled has so many recorded; the rest goes on unsampled, in its trace', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const spans = new IngestSpans(new Spans(provider.getTracer('test'), 0, 2));
  const records = Array.from({ length: 40 }, () => {
    const record = {
      topic: 'events.v1',
      partition: 0,
      key: 't',
      value: Buffer.alloc(0),
      // Admitted once: beginning takes no second place of the two.
      headers: spans.admit({ traceparent: sampled, tracestate: 'a=b' }),
    };
    const begun = spans.begin(record, event);
    spans.ending(begun, () => undefined)(null, 0);
    return begun;
  });
  // A second may end in between.
  const recorded = exporter.getFinishedSpans().length;
  expect([2, 4]).toContain(recorded);
  const flags = records.map(({ headers }) => String(headers?.traceparent));
  expect(flags.filter((traceparent) => traceparent.endsWith('-01'))).toHaveLength(recorded);
  expect(flags.filter((traceparent) => traceparent === sampled.replace(/01$/, '00'))).toHaveLength(
    40 - recorded,
  );
  expect(records.map(({ headers }) => headers?.tracestate)).toEqual(Array(40).fill('a=b'));
});
