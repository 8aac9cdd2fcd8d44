import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceHeaders, type TraceContext } from '@posthorn/messaging';
import type { Spans } from './spans.js';

/** The trace a request came with, if it is a valid one. */
export function traceOf({ headers }: Pick<FastifyRequest, 'headers'>): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return undefined;
  const state = typeof tracestate === 'string' ? tracestate : undefined;
  const trace = traceHeaders({ traceparent, tracestate: state });
  return 'traceparent' in trace ? (trace as TraceContext) : undefined;
}

type Carrier = Pick<FastifyRequest, 'headers'>;

const admitted = new WeakMap<Carrier, TraceContext>();

/** At its beginning: the trace a request came with is recorded as far as callers may have that. */
export function admitTrace(spans: Spans, request: Carrier): void {
  const trace = traceOf(request);
  if (trace) admitted.set(request, spans.admit(trace));
}

/** For what the request writes, and for its own span. */
export const admittedTrace = (request: Carrier): TraceContext | undefined => admitted.get(request);

/**
 * A span for a request that was answered, made at its end: nothing is kept while it runs. Requests without a
 * trace get none of their own; what they publish does.
 */
export function recordRequest(spans: Spans, request: FastifyRequest, reply: FastifyReply): void {
  if (!spans.enabled) return;
  const trace = admittedTrace(request);
  if (!trace) return;
  const { method, routeOptions } = request;
  const { statusCode, elapsedTime } = reply;
  const route = routeOptions.url ?? '';
  const endMs = Date.now();
  const span = spans.child(`${method} ${route}`.trim(), trace, {
    kind: 'server',
    startMs: endMs - elapsedTime,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': statusCode,
      'posthorn.request.id': request.id,
    },
  });
  span?.end({ endMs, ...(statusCode >= 500 ? { error: String(statusCode) } : {}) });
}
