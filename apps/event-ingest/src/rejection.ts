import { encodeRejected, rejectedTopic } from '@posthorn/contracts';
import type { InRecord, OutRecord } from '@posthorn/messaging';
import type { Refusal } from './refusal.js';

export type RejectionCode = 'invalid-event' | 'too-large' | 'unknown-tenant' | 'refused-by-kafka';

export function codeOf({ kind }: Refusal): RejectionCode {
  return kind === 'faulty' ? 'invalid-event' : kind;
}

const empty = Buffer.alloc(0);

/** With the largest original all of this still fits into one message, escaped as JSON at its worst. */
const headersMax = 16;
const headerNameMax = 200;
const textMax = 1_024;

/** A record of `inbox` that cannot become an event, as it is kept for people. */
export function rejectionOf(
  record: InRecord,
  place: { topic: string; partition: number },
  why: { code: RejectionCode; reason: string },
  nowMs: number,
): OutRecord {
  const headers = textHeaders(record);
  const value = encodeRejected({
    service: 'event-ingest',
    ...place,
    offset: record.offset,
    ...why,
    at: nowMs,
    ...(headers ? { headers } : {}),
    ...(record.key === null ? {} : { key: record.key.toString('utf8').slice(0, textMax) }),
    original: record.value ?? empty,
  });
  return { topic: rejectedTopic.name, partition: 0, key: null, value };
}

function textHeaders({ headers }: InRecord): Record<string, string> | undefined {
  const entries = Object.entries(headers).slice(0, headersMax);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.slice(0, headerNameMax),
      (value ?? '').toString().slice(0, textMax),
    ]),
  );
}
