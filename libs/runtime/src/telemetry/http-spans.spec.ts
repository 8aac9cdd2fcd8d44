import { jest } from '@jest/globals';
import { Spans } from './spans.js';
import { admittedTrace, admitTrace } from './http-spans.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
/** It samples, and records nothing. */
const tracer = { startSpan: () => undefined, startActiveSpan: () => undefined } as never;

it('callers have so much a second recorded, and what a request writes is as its own span', () => {
  const spans = new Spans(tracer, 0, 1);
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_000);
  const requests = [1, 2].map(() => ({ headers: { traceparent } }));
  requests.forEach((request) => admitTrace(spans, request));
  now.mockRestore();
  const unsampled = traceparent.replace(/01$/, '00');
  expect(requests.map(admittedTrace)).toEqual([{ traceparent }, { traceparent: unsampled }]);
});

it.each([[{}], [{ traceparent: 'broken' }], [{ traceparent: `${traceparent}-more` }]])(
  'a request with %j has none',
  (headers) => {
    const request = { headers };
    admitTrace(new Spans(tracer, 1), request);
    expect(admittedTrace(request)).toBeUndefined();
  },
);
