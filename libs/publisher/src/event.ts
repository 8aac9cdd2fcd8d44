import { type Fault, FieldChecks, isRecord } from './field-checks.js';
import { webhookIdOf } from './ids.js';

export type EntityRef = { name: string; id: string };

/** W3C trace context; carried on to the receiver. */
export type Trace = { traceparent: string; tracestate?: string };

/** What happened, as a service says it. */
export type EventInput = {
  tenantId: string;
  /** Names between dots, such as `order.created`. */
  type: string;
  /** RFC 3339 with an offset, or a `Date`. Without an `id` it is part of the identity: keep milliseconds. */
  timestamp: string | Date;
  /** What it happened to. Required where there is no `id`. */
  entity?: EntityRef;
  /** Your own id, unique within the tenant. */
  id?: string;
  /** Anything that JSON can say. */
  data?: unknown;
  /** Not part of the event, and not of its identity. */
  trace?: Trace;
};

/** A checked event, its `data` written once: what is sent again has the same bytes, and so the same id. */
export type ReadyEvent = Readonly<{
  tenantId: string;
  type: string;
  timestamp: string;
  entity: EntityRef | null;
  ownId: string | undefined;
  /** JSON text; undefined where there is none. */
  data: string | undefined;
  trace: Trace | undefined;
}>;

/** The whole event, as it is sent. */
export const eventMaxBytes = 256 * 1024;

/** Containers within each other, the event itself included. */
const depthMax = 256;
const fields = new Set(['tenantId', 'type', 'timestamp', 'entity', 'id', 'data', 'trace']);

/** Posthorn would refuse it: a mistake in the program that made it. Nothing was sent. */
export class EventError extends Error {
  override readonly name = 'EventError';

  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(({ pointer, detail }) => `${pointer || 'The event'} ${detail}`).join('; '));
  }
}

/** @throws EventError naming every wrong field */
export function readyEvent(input: EventInput): ReadyEvent {
  const given: unknown = input;
  if (!isRecord(given)) throw new EventError([{ pointer: '', detail: 'must be an object' }]);
  const checks = new FieldChecks();
  for (const name in given) if (!fields.has(name)) checks.unknown(name);
  const ownId = given.id === undefined ? undefined : checks.text('/id', given.id);
  const event: ReadyEvent = {
    tenantId: checks.text('/tenantId', given.tenantId),
    type: checks.type('/type', given.type),
    timestamp: checks.timestamp('/timestamp', given.timestamp),
    entity: entityOf(checks, given.entity, ownId !== undefined),
    ownId,
    data: dataText(checks, given.data),
    trace: traceOf(checks, given.trace),
  };
  if (checks.faults.length === 0 && Buffer.byteLength(plainJson(event)) > eventMaxBytes)
    checks.add('', `is larger than ${eventMaxBytes / 1024} KiB`);
  if (checks.faults.length > 0) throw new EventError(checks.faults);
  return event;
}

/** All of them, or nothing. @throws EventError whose pointers begin with the index */
export function readyEvents(inputs: readonly EventInput[]): ReadyEvent[] {
  const faults: Fault[] = [];
  const events = inputs.map((input, i) => {
    try {
      return readyEvent(input);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      for (const fault of error.faults) faults.push({ ...fault, pointer: `/${i}${fault.pointer}` });
      return undefined;
    }
  });
  if (faults.length > 0) throw new EventError(faults.slice(0, 100));
  return events as ReadyEvent[];
}

/** Posthorn's own format; `data` stands there as it was written. */
export function plainJson({ tenantId, type, entity, timestamp, ownId, data }: ReadyEvent): string {
  const head = JSON.stringify({ tenantId, type, entity: entity ?? undefined, timestamp, id: ownId });
  return withData(head, data);
}

/** What receivers see as `webhook-id` when the event is sent in Posthorn's own format. */
export function plainWebhookId({ tenantId, type, entity, timestamp, ownId, data }: ReadyEvent): string {
  if (ownId !== undefined) return webhookIdOf({ tenantId, ownId });
  return webhookIdOf({ tenantId, entity: entity!, type, timestamp, data: data ?? '' });
}

/** @param head an object's JSON that has a member */
export function withData(head: string, data: string | undefined): string {
  return data === undefined ? head : `${head.slice(0, -1)},"data":${data}}`;
}

function entityOf(checks: FieldChecks, value: unknown, optional: boolean): EntityRef | null {
  if (value === undefined) {
    if (!optional) checks.add('/entity', 'is required where there is no id');
    return null;
  }
  if (!isRecord(value)) {
    checks.add('/entity', 'must be an object with name and id');
    return null;
  }
  for (const name in value) if (name !== 'name' && name !== 'id') checks.unknown(name, '/entity');
  return { name: checks.text('/entity/name', value.name), id: checks.text('/entity/id', value.id) };
}

function dataText(checks: FieldChecks, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined; // a circle, a bigint, or nested until the stack ends
  }
  if (text === undefined) checks.add('/data', 'cannot be written as JSON');
  else if (depthOf(text) >= depthMax) checks.add('/data', 'is nested too deep');
  return text;
}

function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === '"') i = endOfString(json, i);
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}

function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i;
}

function traceOf(checks: FieldChecks, value: unknown): Trace | undefined {
  if (value === undefined) return undefined;
  const { traceparent, tracestate } = isRecord(value) ? value : {};
  const isFine = typeof traceparent === 'string' && ['string', 'undefined'].includes(typeof tracestate);
  if (isFine && /^[\t\x20-\x7e]{1,1024}$/.test(`${traceparent}${(tracestate as string) ?? ''}`)) {
    return tracestate === undefined ? { traceparent } : { traceparent, tracestate: tracestate as string };
  }
  checks.add('/trace', 'must be { traceparent, tracestate? }, texts of at most 1,024 characters');
  return undefined;
}
