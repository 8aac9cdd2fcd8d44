import {
  type Attributes,
  type HrTime,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanContext,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import type { TraceContext } from '@posthorn/messaging';
import { formatTraceparent, parseTraceparent } from '../tracing.js';

export type SpanOptions = {
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  attributes: Attributes;
  /** Epoch milliseconds; now where it is not given. */
  startMs?: number;
  links?: readonly TraceContext[];
};

/** A span that is recorded. Its context goes on with what it is about. */
export type OpenSpan = {
  readonly context: TraceContext;
  set(attributes: Attributes): void;
  /** `error` says why what it is about failed. */
  end(options?: { endMs?: number; error?: string }): void;
};

const kinds: Record<SpanOptions['kind'], SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};
/** Spans of failures that no trace was sampled for: a dead receiver is not to flood whoever keeps traces. */
const failuresPerS = 20;
const linksMax = 128;

/**
 * Spans, made by hand where something travels. What is not sampled costs a look at a flag; without an OTLP
 * endpoint nothing is. Who samples is whoever began the trace; traces that begin here are sampled by share.
 */
export class Spans {
  private readonly failures = new PerSecond(failuresPerS);
  private readonly callers: PerSecond;

  /**
   * @param share of the traces that begin here
   * @param callersPerS how much of what callers want to have recorded is, a second
   */
  constructor(
    private readonly tracer: Tracer | undefined,
    private readonly share: number,
    callersPerS = 100,
    private readonly random: () => number = Math.random,
  ) {
    this.callers = new PerSecond(callersPerS);
  }

  get enabled(): boolean {
    return this.tracer !== undefined;
  }

  /** Whether what carries this context is recorded. */
  samples(context: TraceContext | undefined): boolean {
    if (this.tracer === undefined || context === undefined) return false;
    const flags = context.traceparent.charCodeAt(54);
    // A hex digit is odd where its character is, for 0-9; for a-f it is the other way round.
    return flags < 64 ? (flags & 1) === 1 : (flags & 1) === 0;
  }

  /**
   * The context that a caller from outside came with. Callers who have everything sampled do not decide how
   * much is recorded here: beyond so many a second theirs goes on unsampled, in the same trace.
   */
  admit(context: TraceContext): TraceContext {
    if (!this.samples(context) || this.callers.take()) return context;
    const { traceId, spanId } = parseTraceparent(context.traceparent)!;
    return { ...context, traceparent: formatTraceparent({ traceId, spanId, sampled: false }) };
  }

  /** A child of `parent`; undefined where that is not sampled. */
  child(name: string, parent: TraceContext | undefined, options: SpanOptions): OpenSpan | undefined {
    return parent && this.samples(parent) ? this.start(name, parent, options) : undefined;
  }

  /** The same; without a parent a new trace begins, sampled by the share. */
  begin(name: string, parent: TraceContext | undefined, options: SpanOptions): OpenSpan | undefined {
    if (parent) return this.child(name, parent, options);
    if (!this.tracer || this.random() >= this.share) return undefined;
    return this.start(name, undefined, options);
  }

  /** A failure whose trace is not sampled, as a trace of its own that is linked to it; so many a second. */
  failure(name: string, of: TraceContext | undefined, options: SpanOptions): OpenSpan | undefined {
    if (!this.tracer) return undefined;
    if (!this.failures.take()) return undefined;
    return this.start(name, undefined, { ...options, links: of ? [of] : [] });
  }

  /** What joins several traces: a trace of its own, linked to each; undefined where none is sampled. */
  join(
    name: string,
    parents: readonly (TraceContext | undefined)[],
    options: SpanOptions,
  ): OpenSpan | undefined {
    const sampled = parents.filter((parent): parent is TraceContext => this.samples(parent));
    if (sampled.length === 0) return undefined;
    return this.start(name, undefined, { ...options, links: sampled.slice(0, linksMax) });
  }

  private start(name: string, parent: TraceContext | undefined, options: SpanOptions): OpenSpan {
    const context = parent && spanContextOf(parent);
    const links: Link[] = (options.links ?? []).flatMap((link) => {
      const linked = spanContextOf(link);
      return linked ? [{ context: linked }] : [];
    });
    const span = this.tracer!.startSpan(
      name,
      {
        kind: kinds[options.kind],
        attributes: options.attributes,
        links,
        ...(options.startMs === undefined ? {} : { startTime: instant(options.startMs) }),
      },
      context ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT,
    );
    return new Recorded(span, parent?.tracestate);
  }
}

class PerSecond {
  private second = 0;
  private taken = 0;

  constructor(private readonly max: number) {}

  take(): boolean {
    const second = Math.floor(Date.now() / 1_000);
    if (this.second !== second) [this.second, this.taken] = [second, 0];
    return ++this.taken <= this.max;
  }
}

class Recorded implements OpenSpan {
  readonly context: TraceContext;

  constructor(
    private readonly span: Span,
    tracestate: string | undefined,
  ) {
    const { traceId, spanId } = span.spanContext();
    const traceparent = formatTraceparent({ traceId, spanId, sampled: true });
    this.context = tracestate === undefined ? { traceparent } : { traceparent, tracestate };
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  end({ endMs, error }: { endMs?: number; error?: string } = {}): void {
    if (error !== undefined) this.span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    this.span.end(endMs === undefined ? undefined : instant(endMs));
  }
}

/** Seconds and nanoseconds: a plain number that is small would be taken for a time since the start. */
function instant(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}

function spanContextOf({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
  const parsed = parseTraceparent(traceparent);
  if (!parsed) return undefined;
  const { traceId, spanId, sampled } = parsed;
  return {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: new TraceState(tracestate) }),
  };
}
