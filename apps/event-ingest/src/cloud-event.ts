import { isUtf8 } from 'node:buffer';
import type { Checked } from './draft.js';
import { FieldChecks, isRecord } from './field-checks.js';
import { nestsTooDeep, trimmed } from './json-spans.js';

/** Context attributes by name; on Kafka and HTTP in binary mode always texts. */
export type Attributes = Record<string, unknown>;

const sourceMax = 1_000;
const empty = Buffer.alloc(0);

/** JSON, and every format that is JSON underneath; absent means JSON. */
const jsonMediaType = /^\s*(?:application|text)\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i;

/** CloudEvents 1.0, section 3.1: lower-case letters and digits. */
const attributeName = /^[a-z0-9]{1,64}$/;

/**
 * A structured CloudEvent. Extensions other than `tenantid` are allowed by CloudEvents and not kept; a name
 * that no attribute may have is refused.
 *
 * @param data the bytes of its member `data`; empty where there is none
 */
export function checkStructuredCloudEvent(value: unknown, data: Buffer): Checked {
  if (!isRecord(value)) return { kind: 'faulty', faults: [{ pointer: '', detail: 'must be an object' }] };
  const checks = new FieldChecks();
  const attributes: Attributes = {};
  for (const name in value) {
    if (!attributeName.test(name) && name !== 'data_base64') checks.unknown(name);
    // An attribute that is null is one that is not set (JSON format, section 2.2).
    else if (value[name] !== null) attributes[name] = value[name];
  }
  const bytes = attributes.data_base64 === undefined ? data : decodedData(checks, attributes, data);
  if (bytes.length > 0 && !isJson(attributes.datacontenttype))
    checks.add('/datacontenttype', 'must be JSON: data of other types is not carried');
  return checkAttributes(checks, attributes, bytes, (name) => `/${name}`);
}

/**
 * A CloudEvent in binary mode: attributes from headers, the body is the data.
 *
 * @param pointerOf the header a fault is to be named by
 */
export function checkBinaryCloudEvent(
  attributes: Attributes,
  body: Buffer,
  pointerOf: (name: string) => string,
): Checked {
  const checks = new FieldChecks();
  const data = trimmed(body);
  if (data.length > 0 && !isJson(attributes.datacontenttype))
    checks.add(pointerOf('datacontenttype'), 'must be JSON: data of other types is not carried');
  else checkJson(checks, '', data);
  return checkAttributes(checks, attributes, data, pointerOf);
}

function checkAttributes(
  checks: FieldChecks,
  given: Attributes,
  data: Buffer,
  pointerOf: (name: string) => string,
): Checked {
  if (given.specversion !== '1.0') checks.add(pointerOf('specversion'), 'must be 1.0');
  const tenantId = checks.text(pointerOf('tenantid'), given.tenantid);
  const type = checks.type(pointerOf('type'), given.type);
  const timestamp = checks.timestamp(pointerOf('time'), given.time);
  const explicitId = checks.text(pointerOf('id'), given.id);
  const source = checks.text(pointerOf('source'), given.source, sourceMax);
  const entity = checkSubject(checks, given.subject, pointerOf('subject'));
  if (checks.faults.length > 0) return { kind: 'faulty', faults: checks.faults };
  const places = {
    tenantId: pointerOf('tenantid'),
    type: pointerOf('type'),
    entity: pointerOf('subject'),
  };
  return { kind: 'draft', draft: { tenantId, type, entity, timestamp, explicitId, source, data }, places };
}

/** `<entity name>/<entity id>`: the name ends at the first slash, an id may hold more of them. */
function checkSubject(
  checks: FieldChecks,
  value: unknown,
  pointer: string,
): { name: string; id: string } | null {
  if (value === undefined) return null;
  const slash = typeof value === 'string' ? value.indexOf('/') : -1;
  if (typeof value !== 'string' || slash < 1 || slash === value.length - 1) {
    checks.add(pointer, 'must be <entity name>/<entity id>');
    return null;
  }
  return {
    name: checks.text(pointer, value.slice(0, slash)),
    id: checks.text(pointer, value.slice(slash + 1)),
  };
}

function decodedData(checks: FieldChecks, { data_base64: text }: Attributes, beside: Buffer): Buffer {
  const pointer = '/data_base64';
  if (beside.length > 0) checks.add(pointer, 'must not stand beside data');
  if (typeof text !== 'string' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    checks.add(pointer, 'must be base64');
    return empty;
  }
  const data = trimmed(Buffer.from(text, 'base64'));
  checkJson(checks, pointer, data);
  return data;
}

function checkJson(checks: FieldChecks, pointer: string, data: Buffer): void {
  const reason = jsonFault(data);
  if (reason) checks.add(pointer, reason);
}

function jsonFault(data: Buffer): string | undefined {
  if (data.length === 0) return undefined;
  if (!isUtf8(data)) return 'data must be JSON in UTF-8';
  try {
    JSON.parse(data.toString('utf8'));
  } catch {
    return 'data must be JSON';
  }
  return nestsTooDeep(data) ? 'data is nested too deep' : undefined;
}

function isJson(contentType: unknown): boolean {
  return contentType === undefined || (typeof contentType === 'string' && jsonMediaType.test(contentType));
}

/**
 * A header's value as the CloudEvents HTTP binding (3.1.3.2) has it read: quotes off, then one round of
 * percent-decoding. Undefined when it cannot be.
 */
export function decodeHeaderValue(text: string): string | undefined {
  const unquoted = /^"(?:[^"\\]|\\.)*"$/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
  // Node reads header bytes as Latin-1: what is not ASCII should have been percent-encoded.
  if (/[^\t\x20-\x7e]/.test(unquoted)) return undefined;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return undefined;
  }
}
