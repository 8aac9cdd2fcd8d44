import { Inject, Injectable } from '@nestjs/common';
import type { OutRecord, TraceContext } from '@posthorn/messaging';
import { type OpenSpan, sendOptions, Spans } from '@posthorn/runtime';

type Done = NonNullable<OutRecord['done']>;

/** One span for every accepted event whose trace is recorded: from being judged to being in Kafka. */
@Injectable()
export class IngestSpans {
  private readonly open = new WeakMap<OutRecord, OpenSpan>();

  constructor(@Inject(Spans) private readonly spans: Spans) {}

  /** Of what did not come by HTTP, which admits its own; empty where there is none. */
  admit(trace: Record<string, string>): Record<string, string> {
    return trace['traceparent'] === undefined ? trace : { ...this.spans.admit(trace as TraceContext) };
  }

  /** The record, whose trace was admitted, then carries the span, whose children all that follows are. */
  begin(record: OutRecord, event: { id: string; type: string; tenantId: string }): OutRecord {
    if (!this.spans.enabled) return record;
    const { traceparent } = record.headers ?? {};
    const parent = traceparent === undefined ? undefined : (record.headers as TraceContext);
    const about = {
      'messaging.message.id': event.id,
      'posthorn.tenant.id': event.tenantId,
      'posthorn.event.type': event.type,
    };
    const span = this.spans.begin(`send ${record.topic}`, parent, sendOptions(record, about));
    if (!span) return record;
    record.headers = { ...span.context };
    this.open.set(record, span);
    return record;
  }

  ending(record: OutRecord, done: Done): Done {
    const span = this.open.get(record);
    if (!span) return done;
    return (error, offset) => {
      span.end(error ? { error: error.message } : {});
      done(error, offset);
    };
  }
}
