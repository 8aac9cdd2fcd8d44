import { eventsTopic } from '@posthorn/contracts';
import type { EgressResult } from '@posthorn/egress';
import { type InRecord, readTrace, type TraceContext } from '@posthorn/messaging';
import { type OpenSpan, Spans } from '@posthorn/runtime';
import { type LaneSlot, type Work, workOf } from './lane-slot.js';
import { errorTypeOf } from './tally.js';

/**
 * The dispatcher's spans: one for an event that was read, one for every attempt, in the event's trace where
 * that is recorded. A failed attempt of any other event gets a trace of its own, linked to it.
 */
export class AttemptSpans {
  private readonly open = new WeakMap<Work, OpenSpan>();
  /** Of attempts that ended: what follows from them is their child. */
  private readonly ended = new WeakMap<Work, TraceContext>();

  constructor(private readonly spans: Spans = new Spans(undefined, 0)) {}

  /** Before a request is made: what it tells the receiver; undefined where that is the event's own trace. */
  begin(slot: LaneSlot, work: Work): TraceContext | undefined {
    const { event } = workOf(work);
    if (!this.spans.samples(event.trace)) return undefined;
    const attributes = attributesOf(slot, work);
    const span = this.spans.child('attempt', event.trace, { kind: 'client', attributes });
    if (span) this.open.set(work, span);
    return span?.context;
  }

  answered(slot: LaneSlot, work: Work, result: EgressResult): void {
    if (!this.spans.enabled) return;
    const error = errorTypeOf(result);
    const span = this.open.get(work) ?? this.ofFailure(slot, work, result, error);
    if (!span) return;
    span.set({
      'posthorn.outcome': error === '' ? 'delivered' : 'failed',
      ...(result.kind === 'response' ? { 'http.response.status_code': result.status } : {}),
      ...(error === '' ? {} : { 'error.type': error }),
    });
    const { startedAt, durationMs } = result.timings;
    span.end({ endMs: startedAt + durationMs, ...(error === '' ? {} : { error: messageOf(result) }) });
    if (this.open.delete(work)) this.ended.set(work, span.context);
  }

  /** What records of this work carry on. */
  traceOf(work: Work): TraceContext | undefined {
    return this.ended.get(work) ?? workOf(work).event.trace;
  }

  /** A batch of events was read, and matched with subscriptions. */
  read(partition: number, records: readonly InRecord[], startMs: number): void {
    if (!this.spans.enabled) return;
    for (const record of records) {
      const trace = readTrace(record);
      if (!this.spans.samples(trace)) continue;
      const attributes = {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'match',
        'messaging.operation.type': 'process',
        'messaging.destination.name': eventsTopic.name,
        'messaging.destination.partition.id': String(partition),
        'messaging.kafka.offset': record.offset,
        'posthorn.tenant.id': record.key?.toString('utf8') ?? '',
      };
      this.spans.child('match', trace, { kind: 'consumer', startMs, attributes })?.end();
    }
  }

  private ofFailure(
    slot: LaneSlot,
    work: Work,
    { timings }: EgressResult,
    error: string,
  ): OpenSpan | undefined {
    if (error === '') return undefined;
    const options = {
      kind: 'client' as const,
      startMs: timings.startedAt,
      attributes: attributesOf(slot, work),
    };
    return this.spans.failure('attempt', workOf(work).event.trace, options);
  }
}

/** The receiver's origin, not its URL: paths and queries may hold secrets. */
function attributesOf({ subscription, name }: LaneSlot, work: Work): Record<string, string | number> {
  const { event, attempt } = workOf(work);
  const { tenantId, id, ordering, profile } = subscription.snapshot;
  return {
    'posthorn.tenant.id': tenantId,
    'posthorn.subscription.id': id,
    'posthorn.event.id': event.message.id,
    'posthorn.event.type': event.message.type,
    'posthorn.attempt': attempt + 1,
    'posthorn.ordering': ordering,
    'posthorn.profile': profile,
    'posthorn.lane': name,
    'http.request.method': 'POST',
    'server.address': subscription.origin,
  };
}

function messageOf(result: EgressResult): string {
  return result.kind === 'error' ? result.message : `status ${result.status}`;
}
