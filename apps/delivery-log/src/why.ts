import { compileFilter, entryAt, type Filter, type Matchable, type MatchingEntry } from '@posthorn/domain';
import { storedExpression } from '@posthorn/runtime';
import type { SubscriptionView } from './rule-book.js';

/** Why an event went to a subscription, or did not. */
export type Why = { subscriptionId: string; name: string; matched: boolean; reason: string };

export type KnownSubscription = { id: string; view: SubscriptionView; matching: readonly MatchingEntry[] } & {
  /** It begins in the past, and the events from there on are still being matched. */
  begins?: boolean;
};

/** `matched` is what was decided when the event came; the words are found anew, by the filter of then. */
export function whyOf(
  { id, view, matching, begins }: KnownSubscription,
  event: Matchable,
  at: EventPlace,
): Why {
  const matched = at.matched.includes(id);
  const { name } = view;
  const entry = entryAt(matching, at.seq);
  if (matched) return { subscriptionId: id, name, matched, reason: entry ? yes(entry.filter) : 'it matched' };
  return { subscriptionId: id, name, matched, reason: entry ? no(entry.filter, event, begins) : earlier };
}

export type EventPlace = { seq: number; matched: readonly string[] };

const earlier = 'the subscription was made after the event, or its filter of then is not kept any more';

function yes(filter: Filter | null): string {
  if (!filter) return 'it matched';
  return `it asks for ${asked(filter)}${filter.expression === undefined ? '' : `, where ${filter.expression}`}`;
}

function no(filter: Filter | null, event: Matchable, begins = false): string {
  if (!filter) return 'the subscription was disabled or deleted';
  const { expression, ...rest } = filter;
  if (!compileFilter(rest)(event)) return `it asks for ${asked(filter)}, not for ${event.type}`;
  const holds = expression === undefined || compileFilter(filter, storedExpression)(event);
  if (holds && begins) return 'the subscription begins with earlier events; this one is being looked at';
  return holds ? 'the event is a repeat of an earlier one' : `its condition did not hold: ${expression}`;
}

function asked(filter: Filter): string {
  if ('types' in filter) return filter.types.join(', ');
  return filter.entities.map(({ name, changes }) => `${name} (${changes.join(', ')})`).join(', ');
}
