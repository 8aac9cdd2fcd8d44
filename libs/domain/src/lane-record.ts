/** One event in a lane's hands. */
export type LaneItem<E> = {
  seq: number;
  event: E;
  bytes: number;
  /** Attempts it has had. */
  attempt: number;
  /** Whether the partition's window waits for this lane to finish it. */
  held: boolean;
  /** The subscription was disabled or deleted while it was in flight: a failure is not tried again. */
  cancelled: boolean;
  /** When it was sent; kept for whoever starts it. */
  startedAt: number;
};

export type ParkReason = 'failing' | 'breaker' | 'paused';

export type ParkedRecord = {
  kind: 'parked';
  cursor: number;
  attempt: number;
  dueAt: number;
  failingSince: number | null;
  reason: ParkReason;
  gone: boolean;
  until?: number;
};

/**
 * What is durable of a lane; `live` is a tombstone. A lane with `until` is a replay: it reads to there,
 * beside
 * live traffic, and is then no more.
 */
export type LaneRecord =
  | { kind: 'live' }
  | { kind: 'behind'; cursor: number; attempt: number; failingSince: number | null; until?: number }
  | ParkedRecord;

export type LaneEffects<E> = {
  /** The window need not wait for this lane at `seq` any more. */
  release(seq: number): void;
  /** The main reader's position: no event below it will be offered again. */
  position(): number;
  /** The lane wants its record written: `takeRecord` gives it. */
  dirty(): void;
  /** An event of so many bytes waits in memory, or (below 0) no more; `held`: the window waits for it. */
  buffered(event: E, bytes: number, held: boolean): void;
};

export type LaneSettings = {
  /** Strict and per-entity lanes: one in flight, a failure parks the lane. */
  ordered: boolean;
  /** At most so many in flight; the lane finds out by itself how many of them its receiver bears. */
  inFlightMax: number;
  /** At either bound a live lane goes BEHIND instead of filling the window. */
  eventsMax: number;
  bytesMax: number;
  /** Failures in a row that park an unordered lane. */
  breakerFailures: number;
};

export type Failure = {
  now: number;
  random: number;
  retryAfterMs: number;
  /** 410. */
  gone: boolean;
  /** 429, 503 or no answer in time: the receiver has too much to do. */
  overload: boolean;
};

/** What becomes of a delivery whose attempt failed. */
export type AfterFailure =
  | { kind: 'exhausted' }
  /** Retried alone, through `retries`. */
  | { kind: 'retry'; dueAt: number }
  /** The lane is parked at it. */
  | { kind: 'park'; dueAt: number };

/** A cursor is written after so many deliveries, due or not. */
export const checkpointDeliveries = 1_000;
