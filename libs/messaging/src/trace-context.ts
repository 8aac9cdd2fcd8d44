/** W3C trace context; both travel as plain strings in headers of the same names. */
export type TraceContext = { traceparent: string; tracestate?: string };

/** Version 00 ends after the flags; a later one may append fields, of which only the characters are known. */
const traceparentFormat =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]*)?$/;
/** What its grammar allows at all: as an HTTP header, one other byte would stop every attempt. */
const tracestateFormat = /^[\t\x20-\x7e]{1,512}$/;

/** Kafka headers for a trace, none if there is no valid one: a broken header must not travel any further. */
export function traceHeaders(carrier: {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}): Record<string, string> {
  const trace = valid(carrier.traceparent, carrier.tracestate);
  return trace ? { ...trace } : {};
}

/** The trace that a record carries, if it is a valid one. */
export function readTrace(record: {
  headers: Record<string, Buffer | string | undefined>;
}): TraceContext | undefined {
  const { traceparent, tracestate } = record.headers;
  if (traceparent === undefined) return undefined;
  return valid(traceparent.toString(), tracestate?.toString());
}

function valid(traceparent: string | undefined, tracestate: string | undefined): TraceContext | undefined {
  if (traceparent === undefined || traceparent.length > 128) return undefined;
  if (!traceparentFormat.test(traceparent)) return undefined;
  if (traceparent.startsWith('00') && traceparent.length !== 55) return undefined;
  const isState = tracestate !== undefined && tracestateFormat.test(tracestate);
  return isState ? { traceparent, tracestate } : { traceparent };
}
