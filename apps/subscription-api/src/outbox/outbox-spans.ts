import { traceHeaders, type OutRecord } from '@posthorn/messaging';
import { type OpenSpan, sendOptions, type Spans } from '@posthorn/runtime';

/**
 * A record of the outbox with its trace: a child of the caller's where that is recorded; without one a new
 * trace, sampled by the share. What is not recorded goes on in the caller's trace.
 */
export function traced(
  spans: Spans,
  record: OutRecord,
  traceparent: string | null,
): { record: OutRecord; span: OpenSpan | undefined } {
  const headers = traceHeaders({ traceparent: traceparent ?? undefined });
  const parent = 'traceparent' in headers ? { traceparent: headers['traceparent']! } : undefined;
  const span = spans.begin(`send ${record.topic}`, parent, sendOptions(record));
  return { record: { ...record, headers: span ? { ...span.context } : headers }, span };
}
