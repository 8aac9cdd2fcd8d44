import { type Attributes, checkBinaryCloudEvent } from './cloud-event.js';
import { type Checked, eventMaxBytes } from './draft.js';
import { checkJsonEvents, type JsonFormat, parseJson } from './json-event.js';

/** What of a record matters here. */
export type InboxRecord = {
  value: Buffer | null;
  headers: Record<string, Buffer | string | undefined>;
};

const empty = Buffer.alloc(0);

/**
 * One record of `inbox`: Posthorn's format, or a CloudEvent, structured or binary (Kafka binding 1.0). The
 * header `content-type` decides, then `ce_specversion`.
 */
export function checkInboxRecord({ value, headers }: InboxRecord): Checked {
  if (value && value.length > eventMaxBytes) return { kind: 'too-large' };
  const contentType = headers['content-type']?.toString().trim().toLowerCase() ?? '';
  if (contentType.startsWith('application/cloudevents-batch'))
    return faulty('is a batch; a record holds one event');
  if (contentType.startsWith('application/cloudevents+json')) return checkJson(value, 'cloudevents');
  if (contentType.startsWith('application/cloudevents'))
    return faulty('is in another CloudEvents format; only JSON is taken');
  if (headers.ce_specversion !== undefined || headers.ce_id !== undefined) return binary(value, headers);
  return checkJson(value, 'plain');
}

function checkJson(value: Buffer | null, format: JsonFormat): Checked {
  if (!value || value.length === 0) return faulty('has no value');
  const parsed = parseJson(value);
  if (parsed === undefined) return faulty('is not JSON in UTF-8');
  return checkJsonEvents(parsed, value, format, { batch: false, max: 1 })[0];
}

function binary(value: Buffer | null, headers: InboxRecord['headers']): Checked {
  const attributes: Attributes = { datacontenttype: headers['content-type']?.toString() };
  for (const name in headers) {
    if (name.startsWith('ce_')) attributes[name.slice(3)] = headers[name]?.toString();
  }
  return checkBinaryCloudEvent(attributes, value ?? empty, (attribute) =>
    attribute === 'datacontenttype' ? 'content-type' : `ce_${attribute}`,
  );
}

function faulty(detail: string): Checked {
  return { kind: 'faulty', faults: [{ pointer: '', detail }] };
}
