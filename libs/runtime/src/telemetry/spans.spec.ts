import { jest } from '@jest/globals';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Spans } from './spans.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const contextOf = (flags: string) => ({ traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}` });
const options = { kind: 'internal' as const, attributes: { a: 1 } };

function recorded(share: number, random?: () => number) {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  const provider = new TracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors });
  return { spans: new Spans(provider.getTracer('test'), share, 3, random), exporter };
}

it.each([
  ['00', false],
  ['01', true],
  ['02', false],
  ['03', true],
  ['0a', false],
  ['0b', true],
])('flags %s: sampled %p', (flags, sampled) => {
  expect(recorded(0).spans.samples(contextOf(flags))).toBe(sampled);
});

it('without an endpoint nothing is sampled, begun, joined or recorded for failing', () => {
  const spans = new Spans(undefined, 1);
  expect(spans.enabled).toBe(false);
  expect(spans.samples(contextOf('01'))).toBe(false);
  expect(spans.begin('x', undefined, options)).toBeUndefined();
  expect(spans.child('x', contextOf('01'), options)).toBeUndefined();
  expect(spans.join('x', [contextOf('01')], options)).toBeUndefined();
  expect(spans.failure('x', contextOf('00'), options)).toBeUndefined();
});

it('a child is in the trace of its parent, and its context is what goes on', async () => {
  const { spans, exporter } = recorded(0);
  const span = spans.child('work', { ...contextOf('01'), tracestate: 'a=b' }, { ...options, startMs: 1_000 });
  span?.end({ endMs: 3_000, error: 'no' });
  const [done] = exporter.getFinishedSpans();
  expect(done).toMatchObject({ name: 'work', attributes: { a: 1 }, status: { code: 2, message: 'no' } });
  expect(done!.parentSpanContext).toMatchObject({ traceId, spanId: '00f067aa0ba902b7' });
  expect([done!.startTime[0], done!.endTime[0]]).toEqual([1, 3]);
  const spanId = done!.spanContext().spanId;
  expect(span?.context).toEqual({ traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'a=b' });
});

it('traces that begin here are sampled by the share; others follow theirs', () => {
  const values = [0.2, 0.29, 0.3, 0.9];
  const { spans } = recorded(0.3, () => values.shift()!);
  expect([1, 2, 3, 4].map(() => spans.begin('x', undefined, options) !== undefined)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(spans.begin('x', contextOf('00'), options)).toBeUndefined();
  expect(spans.begin('x', contextOf('01'), options)).toBeDefined();
});

it('what joins traces is a trace of its own with links to those that are recorded', () => {
  const { spans, exporter } = recorded(0);
  expect(spans.join('batch', [contextOf('00'), undefined], options)).toBeUndefined();
  spans.join('batch', [contextOf('00'), contextOf('01'), undefined], options)?.end();
  const [batch] = exporter.getFinishedSpans();
  expect(batch!.links.map(({ context }) => context.traceId)).toEqual([traceId]);
  expect(batch!.parentSpanContext).toBeUndefined();
});

it('failures that nobody sampled are linked, and so many a second at most', () => {
  const { spans, exporter } = recorded(0);
  for (let n = 0; n < 100; n++) spans.failure('attempt', contextOf('00'), options)?.end();
  const finished = exporter.getFinishedSpans();
  // A second may end in between.
  expect(finished.length).toBeGreaterThanOrEqual(20);
  expect(finished.length).toBeLessThanOrEqual(40);
  expect(finished[0]!.links[0]!.context).toMatchObject({ traceId, spanId: '00f067aa0ba902b7' });
  expect(finished[0]!.spanContext().traceId).not.toBe(traceId);
});

it('a caller who has everything sampled gets so much a second recorded, the rest goes on in its trace', () => {
  const { spans } = recorded(0);
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_000);
  const flagsOf = () => spans.admit({ ...contextOf('01'), tracestate: 'a=b' });
  const [one, two, three, four] = [flagsOf(), flagsOf(), flagsOf(), flagsOf()];
  expect([one, two, three]).toEqual(Array(3).fill({ ...contextOf('01'), tracestate: 'a=b' }));
  expect(four).toEqual({ ...contextOf('00'), tracestate: 'a=b' });
  expect(spans.admit(contextOf('00'))).toEqual(contextOf('00'));
  now.mockReturnValue(2_000);
  expect(spans.admit(contextOf('01'))).toEqual(contextOf('01'));
  now.mockRestore();
});
