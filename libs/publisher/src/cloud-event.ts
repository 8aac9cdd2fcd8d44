import { EventError, eventMaxBytes, type ReadyEvent, withData } from './event.js';
import { FieldChecks } from './field-checks.js';
import { webhookIdOf } from './ids.js';

/** CloudEvents 1.0 context attributes, as Posthorn takes them. */
export type CloudEventAttributes = {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  /** `<entity name>/<entity id>` */
  subject?: string;
  time: string;
  tenantid: string;
  datacontenttype?: 'application/json';
};

export type CloudEvent = Readonly<{
  attributes: Readonly<CloudEventAttributes>;
  /** JSON text; undefined where there is none. */
  data: string | undefined;
  /** What receivers see as `webhook-id`: Posthorn makes it of tenant, source and id. */
  webhookId: string;
}>;

export const cloudEventType = 'application/cloudevents+json; charset=utf-8';
export const cloudEventBatchType = 'application/cloudevents-batch+json; charset=utf-8';
const sourceMax = 1_000;

/** @throws EventError */
export function checkSource(source: unknown): string {
  const checks = new FieldChecks();
  const text = checks.text('/source', source, sourceMax);
  if (checks.faults.length > 0) throw new EventError(checks.faults);
  return text;
}

/**
 * An event as a CloudEvent. One without an id of its own gets one of entity, type, timestamp and data, so
 * that sending again gives the same.
 *
 * @param source a URI reference that names the publishing service, such as `/shop/orders`
 * @throws EventError
 */
export function cloudEvent(event: ReadyEvent, { source: given }: { source: string }): CloudEvent {
  const source = checkSource(given);
  const { tenantId, type, timestamp, entity, data, ownId } = event;
  // The name ends at the first slash.
  if (entity?.name.includes('/'))
    throw new EventError([{ pointer: '/entity/name', detail: 'must not hold a slash in a CloudEvent' }]);
  const id = ownId ?? webhookIdOf({ tenantId, entity: entity!, type, timestamp, data: data ?? '' });
  const attributes: CloudEventAttributes = {
    specversion: '1.0',
    id,
    source,
    type,
    ...(entity ? { subject: `${entity.name}/${entity.id}` } : {}),
    time: timestamp,
    tenantid: tenantId,
    ...(data === undefined ? {} : { datacontenttype: 'application/json' }),
  };
  const made = { attributes, data, webhookId: webhookIdOf({ tenantId, source, ownId: id }) };
  if (Buffer.byteLength(structuredJson(made)) > eventMaxBytes)
    throw new EventError([{ pointer: '', detail: `is larger than ${eventMaxBytes / 1024} KiB` }]);
  return made;
}

/** Structured mode: the whole event in one JSON text, over HTTP or Kafka with `cloudEventType`. */
export function structuredJson({ attributes, data }: Omit<CloudEvent, 'webhookId'>): string {
  return withData(JSON.stringify(attributes), data);
}

/** Batched mode, which CloudEvents has for HTTP alone; goes with `cloudEventBatchType`. */
export function batchJson(events: readonly CloudEvent[]): string {
  return `[${events.map(structuredJson).join(',')}]`;
}

/** Binary mode of the Kafka binding: attributes as `ce_` headers, the value is the data. */
export function binaryRecord({ attributes, data }: CloudEvent): {
  headers: Record<string, string>;
  value: string | null;
} {
  const { datacontenttype, ...rest } = attributes;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) headers[`ce_${name}`] = value;
  if (datacontenttype !== undefined) headers['content-type'] = datacontenttype;
  return { headers, value: data ?? null };
}
