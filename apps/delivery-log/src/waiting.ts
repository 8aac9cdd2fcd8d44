import { attemptsOf } from '@posthorn/domain';
import type { SubscriptionView } from './rule-book.js';

/** A lane that holds deliveries back, or (lane null) those of a subscription that are retried alone. */
export type Waits = {
  subscriptionId: string;
  lane: string | null;
  state: 'parked' | 'paused' | 'behind' | 'retrying';
  /** Attempts that the first of them has had. */
  attempt: number;
  /** That it gets at most; null where the subscription is not known. */
  attempts: number | null;
  nextAttemptAt: string | null;
  /** How many, the first included, as far as was counted. */
  waiting: number;
  /** Counting came to its bound: there may be more. */
  atLeast: boolean;
  oldestAt: string | null;
  reason: string;
};

export type LaneRow = {
  lane: string;
  kind: 'parked' | 'behind' | 'retrying';
  cursor: string | null;
  attempt: number;
  due_at: Date | null;
  reason: string | null;
  snapshot: SubscriptionView | null;
};

export type Queue = { waiting: number; oldestAt: Date | null; atLeast: boolean };
export type RetriesRow = {
  waiting: number;
  next_at: Date | null;
  oldest_at: Date | null;
  attempts: number;
  at_least: boolean;
};

export function waitsOf(subscriptionId: string, lane: LaneRow, { waiting, oldestAt, atLeast }: Queue): Waits {
  const state = lane.kind === 'parked' && lane.reason === 'paused' ? 'paused' : (lane.kind as 'parked');
  const attempts = lane.snapshot && attemptsOf(lane.snapshot.retryPolicy);
  const nextAttemptAt = state === 'parked' ? (lane.due_at?.toISOString() ?? null) : null;
  return {
    ...{ subscriptionId, lane: lane.lane, state, attempt: lane.attempt, attempts, nextAttemptAt, waiting },
    atLeast,
    oldestAt: oldestAt?.toISOString() ?? null,
    reason: words(state, { attempt: lane.attempt, attempts, nextAttemptAt, waiting, atLeast }),
  };
}

/** None where nothing is retried. */
export function waitsOfRetries(
  subscriptionId: string,
  { waiting, next_at, oldest_at, attempts: attempt, at_least: atLeast }: RetriesRow,
  view: SubscriptionView | null,
): Waits[] {
  if (waiting === 0) return [];
  const nextAttemptAt = next_at?.toISOString() ?? null;
  const attempts = view && attemptsOf(view.retryPolicy);
  const reason = `${count(waiting, atLeast)} ${waiting === 1 ? 'is' : 'are'} retried alone${
    nextAttemptAt === null ? '' : `, next at ${nextAttemptAt}`
  }`;
  return [
    {
      ...{ subscriptionId, lane: null, state: 'retrying', attempt, attempts, nextAttemptAt, waiting },
      ...{ atLeast, oldestAt: oldest_at?.toISOString() ?? null, reason },
    },
  ];
}

type Facts = Pick<Waits, 'attempt' | 'attempts' | 'nextAttemptAt' | 'waiting' | 'atLeast'>;

function words(state: 'parked' | 'paused' | 'behind', facts: Facts): string {
  const { attempt, attempts, nextAttemptAt, waiting, atLeast } = facts;
  if (state === 'paused') return `the subscription is paused, ${count(waiting, atLeast)} wait`;
  if (state === 'behind') return `catching up, ${count(waiting, atLeast)} wait`;
  const of = attempts === null ? '' : ` of ${attempts}`;
  const next = nextAttemptAt === null ? '' : `, next at ${nextAttemptAt}`;
  return `parked at attempt ${attempt}${of}${next}, ${count(Math.max(0, waiting - 1), atLeast)} behind it`;
}

function count(value: number, atLeast: boolean): string {
  return `${atLeast ? 'at least ' : ''}${value.toLocaleString('en')}`;
}
