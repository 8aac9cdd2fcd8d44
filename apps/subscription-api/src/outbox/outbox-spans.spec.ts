import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Spans } from '@posthorn/runtime';
import { traced } from './outbox-spans.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const contextOf = (flags: string) => `00-${traceId}-00f067aa0ba902b7-${flags}`;
const record = { topic: 'events.v1', partition: 2, key: 'acme', value: Buffer.from('{}') };

function recorded(random: () => number) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  return { spans: new Spans(provider.getTracer('test'), 0.01, 100, random), exporter };
}

it('what was written without a trace begins one, sampled by the share', () => {
  const values = [0.5, 0.005];
  const { spans, exporter } = recorded(() => values.shift()!);
  expect(traced(spans, record, null)).toEqual({ record: { ...record, headers: {} }, span: undefined });
  const { record: sent, span } = traced(spans, record, null);
  span!.end();
  const [done] = exporter.getFinishedSpans();
  const { traceId: own, spanId } = done!.spanContext();
  expect(sent.headers).toEqual({ traceparent: `00-${own}-${spanId}-01` });
  expect(done).toMatchObject({ name: 'send events.v1', parentSpanContext: undefined });
});

it("what a caller's trace is about goes on in it, as sampled there", () => {
  const { spans, exporter } = recorded(() => 0);
  expect(traced(spans, record, contextOf('00')).record.headers).toEqual({ traceparent: contextOf('00') });
  const { record: sent, span } = traced(spans, record, contextOf('01'));
  span!.end();
  const [done] = exporter.getFinishedSpans();
  expect(done!.parentSpanContext).toMatchObject({ traceId, spanId: '00f067aa0ba902b7' });
  expect(sent.headers).toEqual({ traceparent: `00-${traceId}-${done!.spanContext().spanId}-01` });
});

it('without an endpoint nothing is begun, and what is no trace does not travel', () => {
  const spans = new Spans(undefined, 1);
  expect(traced(spans, record, null).record.headers).toEqual({});
  expect(traced(spans, record, 'broken').record.headers).toEqual({});
});
