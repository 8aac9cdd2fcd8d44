/** Kinds of aggregates; also the first part of an event's place in the store. */
export type AggregateType =
  'tenant' | 'api-key' | 'subscription' | 'user' | 'portal-link' | 'session-key' | 'event-type';

/** What an aggregate decided, before it is stored. */
export type NewEvent = { type: string; payload: object };

/** The same, at its place: `version` counts from 1 inside the aggregate, without a gap. */
export type Stored<E extends NewEvent = NewEvent> = E & {
  aggregateId: string;
  /** Null for what belongs to the installation (the operator's key). */
  tenantId: string | null;
  version: number;
  /** Who did it: a key's id, or `system:<why>`. */
  actor: string;
  /** RFC 3339. */
  at: string;
};

/** State is what its events say, in order, and nothing else. */
export function foldEvents<S, E extends NewEvent>(
  events: readonly Stored<E>[],
  apply: (state: S | undefined, event: Stored<E>) => S,
  before?: S,
): S | undefined {
  return events.reduce<S | undefined>(apply, before);
}
