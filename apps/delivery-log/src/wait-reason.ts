import { murmur2 } from '@posthorn/messaging';
import { attemptsOf } from '@posthorn/domain';
import type { SubscriptionView } from './rule-book.js';

/** A lane that is not live, as the projection knows it. Instants are ISO texts. */
export type LaneView = {
  lane: string;
  kind: 'parked' | 'behind';
  cursor: number;
  attempt: number;
  dueAt: string | null;
  reason: string | null;
};

export type Waiting = {
  seq: number;
  status: string;
  attempts: number;
  nextAttemptAt: string | null;
  /** Empty for the delivery made when the event came. */
  replayId: string;
  /** What decides the lane of a subscription that is ordered by entity; null where nobody knows. */
  entityId: string | null;
};

/** Why a delivery is not over, and when it is tried next: null where that is not known yet. */
export type Wait = { code: ReasonCode; reason: string; nextAttemptAt: string | null };

/**
 * What it waits for: its own next attempt (`retrying`), the same while it holds others up (`parked`), one
 * that is parked (`behind-parked`), somebody who resumes (`paused`), earlier ones, or its turn.
 */
export const reasonCodes = [
  'retrying',
  'parked',
  'behind-parked',
  'paused',
  'catching-up',
  'its-turn',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

export function waitOf(
  delivery: Waiting,
  lanes: readonly LaneView[],
  view: Pick<SubscriptionView, 'retryPolicy' | 'ordering'> | undefined,
): Wait {
  const { seq, status, attempts, nextAttemptAt } = delivery;
  const total = view ? ` of ${attemptsOf(view.retryPolicy)}` : '';
  const lane = laneOf(delivery, lanes, view?.ordering);
  if (lane?.kind === 'parked' && lane.reason === 'paused')
    return { code: 'paused', reason: 'the subscription is paused', nextAttemptAt: null };
  const parked = lane?.kind === 'parked' ? lane : undefined;
  const parkedText = parked && `parked at attempt ${parked.attempt}${total}${next(parked.dueAt)}`;
  if (parked?.cursor === seq) return { code: 'parked', reason: parkedText!, nextAttemptAt: parked.dueAt };
  if (status === 'waiting') {
    // Retried alone. Where its lane is parked it waits with it.
    const at = parked ? later(nextAttemptAt, parked.dueAt) : nextAttemptAt;
    return { code: 'retrying', reason: `attempt ${attempts}${total} failed${next(at)}`, nextAttemptAt: at };
  }
  if (parked && parked.cursor < seq)
    return {
      code: 'behind-parked',
      reason: `waits behind a delivery that is ${parkedText}`,
      nextAttemptAt: null,
    };
  const catchesUp = lane?.kind === 'behind' && lane.cursor <= seq;
  const reason = catchesUp ? 'the subscription is catching up with what waited' : 'waits for its turn';
  return { code: catchesUp ? 'catching-up' : 'its-turn', reason, nextAttemptAt: null };
}

/** The lane that the delivery is in, where that is not live. */
function laneOf(
  { seq, status, replayId, entityId }: Waiting,
  lanes: readonly LaneView[],
  ordering: SubscriptionView['ordering'] | undefined,
): LaneView | undefined {
  if (replayId !== '') return lanes.find(({ lane }) => lane === `replay/${replayId}`);
  const own = lanes.filter(({ lane }) => !lane.startsWith('replay/'));
  if (ordering !== 'per-entity') return own[0];
  const head = own.find(({ cursor }) => cursor === seq);
  // What has had attempts and is no head is retried alone, and such go through the first lane.
  const name = status === 'waiting' ? '0' : entityId === null ? undefined : laneByEntity(entityId);
  return head ?? own.find(({ lane }) => lane === name);
}

/** As the dispatcher chooses it. */
export function laneByEntity(entityId: string): string {
  return String((murmur2(Buffer.from(entityId)) & 0x7fffffff) % 64);
}

/** ISO texts of one form are in the order of their instants. */
function later(one: string | null, other: string | null): string | null {
  return one === null || other === null ? (one ?? other) : one > other ? one : other;
}

function next(at: string | null): string {
  return at === null ? '' : `, next at ${at}`;
}
