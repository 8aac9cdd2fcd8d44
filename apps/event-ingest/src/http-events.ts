import { AppError } from '@posthorn/runtime';
import { type Attributes, checkBinaryCloudEvent, decodeHeaderValue } from './cloud-event.js';
import { type Checked, eventMaxBytes } from './draft.js';
import { checkJsonEvents } from './json-event.js';

export type HttpBody = {
  headers: Record<string, string | string[] | undefined>;
  /** What JSON.parse made of the bytes; undefined where there are none. */
  parsed: unknown;
  bytes: Buffer;
};

export type Publication = { batch: boolean; members: Checked[] };

export const batchMax = 1_000;

/**
 * What a request publishes: Posthorn's format, alone or in an array, or CloudEvents structured, batched or
 * binary (HTTP binding 1.0). The content type decides; with plain JSON, a `ce-` header makes it binary.
 *
 * @throws AppError what concerns the body as a whole; what is wrong with a member stands in it
 */
export function publicationOf(request: HttpBody): Publication {
  const contentType = mediaTypeOf(request.headers['content-type']);
  if (contentType === 'application/cloudevents+json') return structured(request);
  if (contentType === 'application/cloudevents-batch+json') return batchOf(request, 'cloudevents');
  if (isBinary(request.headers)) return { batch: false, members: [binary(request)] };
  if (contentType !== 'application/json') {
    const known = 'application/json, application/cloudevents+json, application/cloudevents-batch+json';
    throw new AppError('unsupported-media-type', `Events are taken as ${known}, or with ce- headers.`);
  }
  return Array.isArray(parsedOf(request))
    ? batchOf(request, 'plain')
    : {
        batch: false,
        members: checkJsonEvents(request.parsed, request.bytes, 'plain', { batch: false, max: 1 }),
      };
}

function structured(request: HttpBody): Publication {
  const members = checkJsonEvents(parsedOf(request), request.bytes, 'cloudevents', { batch: false, max: 1 });
  return { batch: false, members };
}

function batchOf(request: HttpBody, format: 'plain' | 'cloudevents'): Publication {
  const parsed = parsedOf(request);
  if (!Array.isArray(parsed)) throw new AppError('invalid', 'A batch must be an array of events.');
  if (parsed.length === 0) throw new AppError('invalid', 'A batch must hold at least one event.');
  if (parsed.length > batchMax) {
    throw new AppError('too-large', `A batch may hold ${batchMax} events; this one holds ${parsed.length}.`);
  }
  return {
    batch: true,
    members: checkJsonEvents(parsed, request.bytes, format, { batch: true, max: batchMax }),
  };
}

function parsedOf({ parsed }: HttpBody): unknown {
  if (parsed === undefined) throw new AppError('malformed-json', 'The body is empty; an event is expected.');
  return parsed;
}

function mediaTypeOf(header: string | string[] | undefined): string {
  return String(header ?? '')
    .split(';', 1)[0]
    .trim()
    .toLowerCase();
}

function isBinary(headers: HttpBody['headers']): boolean {
  return headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined;
}

function binary({ headers, bytes }: HttpBody): Checked {
  if (bytes.length > eventMaxBytes) return { kind: 'too-large' };
  const attributes: Attributes = { datacontenttype: headers['content-type'] };
  for (const name in headers) {
    if (!name.startsWith('ce-')) continue;
    const value = decodeHeaderValue(String(headers[name]));
    if (value === undefined) {
      return { kind: 'faulty', faults: [{ pointer: name, detail: 'must be percent-encoded ASCII' }] };
    }
    attributes[name.slice(3)] = value;
  }
  return checkBinaryCloudEvent(attributes, bytes, headerOf);
}

function headerOf(attribute: string): string {
  return attribute === 'datacontenttype' ? 'content-type' : `ce-${attribute}`;
}
