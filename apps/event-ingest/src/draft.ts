import { eventId } from '@posthorn/domain';

/** An event as a publisher described it, in any format; whether its tenant takes it is not yet asked. */
export type Draft = {
  tenantId: string;
  type: string;
  entity: { name: string; id: string } | null;
  /** RFC 3339, as written. */
  timestamp: string;
  /** The publisher's own id; with a `source` it is unique within that. */
  explicitId: string | undefined;
  source: string | undefined;
  data: Buffer;
};

/** One wrong field: a JSON pointer into the event (or the name of a header), and what is wrong. */
export type Fault = { pointer: string; detail: string };

/** Where a format carries what a tenant may refuse, spelt as in a Fault. */
export type Places = { tenantId: string; type: string; entity: string };

export type Checked =
  /** `places` only where the format is not Posthorn's own. */
  | { kind: 'draft'; draft: Draft; places?: Places }
  | { kind: 'faulty'; faults: Fault[] }
  /** More bytes than an event may have; not looked at any further. */
  | { kind: 'too-large' };

/** The whole event, as it came: around `data` there is little. */
export const eventMaxBytes = 256 * 1024;

/** @param draft a checked one: without an explicit id it has an entity */
export function draftId({ tenantId, explicitId, source, entity, type, timestamp, data }: Draft): string {
  if (explicitId === undefined) return eventId({ tenantId, entity: entity!, type, timestamp, data });
  if (source === undefined) return eventId({ tenantId, explicitId });
  return eventId({ tenantId, source, sourceId: explicitId });
}
