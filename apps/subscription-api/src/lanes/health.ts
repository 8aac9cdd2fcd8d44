import type { LaneMessage } from '@posthorn/contracts';

/** How a subscription is doing: its worst lane. Shown to people, never decided upon. */
export type Health = {
  state: 'live' | 'behind' | 'parked';
  attempt: number;
  nextAttemptAt: string | null;
  failingSince: string | null;
  /** Since when events wait, as far as it is known. */
  waitingSince: string | null;
};

export type KnownLane = {
  message: LaneMessage;
  /** Of its last record. */
  atMs: number;
  /** Of its first record since it was live. */
  sinceMs: number;
  /** It was parked by a failure since it was live. */
  hasFailed: boolean;
};

const live: Health = {
  state: 'live',
  attempt: 0,
  nextAttemptAt: null,
  failingSince: null,
  waitingSince: null,
};

/** Parked is worse than behind; among equals the one that has been failing, then waiting, for longest. */
export function healthOf(lanes: Iterable<KnownLane>): Health {
  let worst: KnownLane | undefined;
  for (const lane of lanes) if (!worst || isWorse(lane, worst)) worst = lane;
  if (!worst) return live;
  const { message, sinceMs } = worst;
  return {
    state: message.kind,
    attempt: message.attempt,
    nextAttemptAt: message.kind === 'parked' ? iso(message.dueAt) : null,
    failingSince: iso(message.failingSince),
    waitingSince: iso(Math.min(sinceMs, message.failingSince ?? sinceMs)),
  };
}

function isWorse(a: KnownLane, b: KnownLane): boolean {
  if (a.message.kind !== b.message.kind) return a.message.kind === 'parked';
  const failing = (a.message.failingSince ?? Infinity) - (b.message.failingSince ?? Infinity);
  if (Number.isNaN(failing) || failing === 0) return a.sinceMs < b.sinceMs;
  return failing < 0;
}

/** Null too for what no calendar has (a parked lane without an end). */
function iso(atMs: number | null): string | null {
  return atMs === null || !(Math.abs(atMs) <= 8.64e15) ? null : new Date(atMs).toISOString();
}
