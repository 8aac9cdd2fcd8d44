import { profileOf } from '@posthorn/domain';
import type { DisablingCause, Subscription } from '../subscriptions/subscription.js';

/** What speaks for disabling a subscription: its receiver said 410 at a time, or these lanes of it fail. */
export type Evidence =
  { cause: 'gone'; atMs: number } | { cause: 'failing'; failingSinceMs: readonly number[] };

/** Lanes of a subscription that is ordered by entity. */
const lanesByEntity = 64;

type Judged = Pick<Subscription, 'status' | 'statusChangedAt' | 'profile' | 'ordering'>;

/**
 * Whether to disable, and how to say so. What happened before somebody last changed the status does not
 * count: who switches a subscription on again has the last word, until it happens again. A limit of 0 turns
 * off what is about failing.
 */
export function disablingOf(
  { status, statusChangedAt, profile, ordering }: Judged,
  evidence: Evidence,
  { limitMs, nowMs }: { limitMs: number; nowMs: number },
): { cause: DisablingCause; reason: string } | undefined {
  const changedMs = Date.parse(statusChangedAt);
  if (evidence.cause === 'gone') {
    if (status === 'disabled' || changedMs >= evidence.atMs) return undefined;
    return { cause: 'gone', reason: 'The receiver answered 410 Gone.' };
  }
  if (status !== 'active' || limitMs === 0 || !profileOf(profile).disablesWhenFailing) return undefined;
  const failingMs = failingSince(ordering, evidence.failingSinceMs);
  const countsFromMs = Math.max(failingMs, changedMs);
  if (nowMs - countsFromMs < limitMs) return undefined;
  const since = new Date(countsFromMs).toISOString();
  return { cause: 'failing', reason: `The receiver has been failing since ${since}, without a success.` };
}

/**
 * Infinity: not at all. By entity, one lane may fail for days at an entity its receiver cannot digest while
 * it takes all others (lanes that are live have no record to say so): it fails when half of the lanes do.
 */
function failingSince(ordering: Subscription['ordering'], sinceMs: readonly number[]): number {
  const lanesNeeded = ordering === 'per-entity' ? lanesByEntity / 2 : 1;
  return sinceMs.toSorted((a, b) => a - b)[lanesNeeded - 1] ?? Infinity;
}
