import { isUtf8 } from 'node:buffer';
import { checkStructuredCloudEvent } from './cloud-event.js';
import { type Checked, eventMaxBytes } from './draft.js';
import { type EventSpan, eventSpans } from './json-spans.js';
import { checkPlainEvent } from './plain-event.js';

/** How an event stands in JSON. */
export type JsonFormat = 'plain' | 'cloudevents';

const empty = Buffer.alloc(0);

/**
 * One event, or with `batch` those of an array.
 *
 * @param value what JSON.parse made of the bytes; an array where `batch` is set
 */
export function checkJsonEvents(
  value: unknown,
  bytes: Buffer,
  format: JsonFormat,
  { batch, max }: { batch: boolean; max: number },
): Checked[] {
  const spans = eventSpans(bytes, { batch, max });
  return spans.map((span, i) => checkMember(batch ? (value as unknown[])[i] : value, bytes, span, format));
}

function checkMember(value: unknown, bytes: Buffer, span: EventSpan, format: JsonFormat): Checked {
  if (span.end - span.start > eventMaxBytes) return { kind: 'too-large' };
  if (span.tooDeep) return { kind: 'faulty', faults: [{ pointer: '', detail: 'is nested too deep' }] };
  const data = span.data ? bytes.subarray(span.data.start, span.data.end) : empty;
  return format === 'plain' ? checkPlainEvent(value, data) : checkStructuredCloudEvent(value, data);
}

/** Undefined where the bytes are not JSON in UTF-8. (JSON itself has no undefined.) */
export function parseJson(bytes: Buffer): unknown {
  // Node would put replacement characters in place of broken bytes: what we pass on would not be what was
  // sent.
  if (!isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
