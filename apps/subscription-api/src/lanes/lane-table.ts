import {
  decodeCursors,
  laneOfKey,
  subscriptionKey,
  UndecodableError,
  type LaneMessage,
  type ParkedLane,
} from '@posthorn/contracts';
import { healthOf, type Health, type KnownLane } from './health.js';

/** What a log reader hands over of a record. */
export type LaneRecord = { key: Buffer | null; value: Buffer | null; timestamp: number };

export type SubscriptionRef = { tenantId: string; subscriptionId: string };

/** What a record changed in how its subscription is doing. */
export type LaneNews = SubscriptionRef & {
  /** When the record was written. */
  atMs: number;
  /** The receiver said that it is gone for good (410). */
  gone: boolean;
  /** `failing`: the first of its lanes failed; `recovered`: the last one that had failed is live again. */
  turn?: 'failing' | 'recovered';
};

type FailingLane = ParkedLane & { reason: 'failing' | 'breaker'; failingSince: number };

/** How a subscription stands that has lanes which are not live. */
export type Standing = SubscriptionRef & {
  /** The newest record in which its receiver is gone. */
  goneAtMs: number | undefined;
  /** Since when its lanes fail, those that do. */
  failingSinceMs: number[];
  /** Of the lanes that are parked for failing the one that has been for longest, and when it said so. */
  worst: { lane: FailingLane; atMs: number } | undefined;
};

/** A replay reads behind on purpose: its lane says nothing about how the subscription is doing. */
const replayLane = 'replay/';

/**
 * Lanes that are not live, as the `cursors` topic tells them. A repeat or a re-read changes nothing: the
 * last record of a key counts. Holds at most `lanesMax`; what comes on top looks live.
 */
export class LaneTable {
  private readonly bySubscription = new Map<string, Map<string, KnownLane>>();
  private lanes = 0;

  constructor(private readonly lanesMax: number) {}

  get size(): number {
    return this.lanes;
  }

  of({ tenantId, subscriptionId }: SubscriptionRef): Health {
    return healthOf(this.lanesOf(tenantId, subscriptionId));
  }

  /** Where its lanes wait that are parked; replays are not among them. */
  parkedAt({ tenantId, subscriptionId }: SubscriptionRef): number[] {
    const parked = [...this.lanesOf(tenantId, subscriptionId)].filter(
      ({ message }) => message.kind === 'parked',
    );
    return parked.map(({ message }) => message.cursor);
  }

  standingOf({ tenantId, subscriptionId }: SubscriptionRef): Standing {
    const standing: Standing = {
      tenantId,
      subscriptionId,
      goneAtMs: undefined,
      failingSinceMs: [],
      worst: undefined,
    };
    for (const { message, atMs } of this.lanesOf(tenantId, subscriptionId)) {
      if (isGone(message)) standing.goneAtMs = Math.max(standing.goneAtMs ?? 0, atMs);
      if (typeof message.failingSince !== 'number') continue;
      standing.failingSinceMs.push(message.failingSince);
      const worstSince = standing.worst?.lane.failingSince ?? Infinity;
      if (isFailing(message) && message.failingSince < worstSince) standing.worst = { lane: message, atMs };
    }
    return standing;
  }

  /** Every subscription one of whose lanes has been failing since `untilMs` or longer. */
  *failingSince(untilMs: number): Generator<Standing> {
    for (const lanes of this.bySubscription.values()) {
      const [first] = lanes.values();
      if (![...lanes.values()].some(({ message }) => (message.failingSince ?? Infinity) <= untilMs)) continue;
      yield this.standingOf(first.message);
    }
  }

  /**
   * The subscription was seen failing before this process began to look: its lanes that are not live had a
   * part in it. False when there are none.
   */
  adopt({ tenantId, subscriptionId }: SubscriptionRef): boolean {
    const lanes = [...this.lanesOf(tenantId, subscriptionId)];
    for (const lane of lanes) lane.hasFailed = true;
    return lanes.length > 0;
  }

  /** Undefined for the owner's own records, and for replays. */
  apply({ key, value, timestamp: atMs }: LaneRecord): LaneNews | undefined {
    const lane = laneOf(key);
    if (!lane || lane.lane.startsWith(replayLane)) return undefined;
    const { tenantId, subscriptionId } = lane;
    const owner = subscriptionKey(tenantId, subscriptionId);
    const hadFailed = this.hasFailed(owner);
    const message = laneMessage(value);
    if (message) this.put(owner, message, atMs);
    else this.remove(owner, lane.lane);
    const news: LaneNews = { tenantId, subscriptionId, atMs, gone: message ? isGone(message) : false };
    if (this.hasFailed(owner) !== hadFailed) news.turn = hadFailed ? 'recovered' : 'failing';
    return news;
  }

  private lanesOf(tenantId: string, subscriptionId: string): Iterable<KnownLane> {
    return this.bySubscription.get(subscriptionKey(tenantId, subscriptionId))?.values() ?? [];
  }

  private hasFailed(owner: string): boolean {
    for (const { hasFailed } of this.bySubscription.get(owner)?.values() ?? []) if (hasFailed) return true;
    return false;
  }

  private put(owner: string, message: LaneMessage, atMs: number): void {
    const lanes = this.bySubscription.get(owner) ?? new Map<string, KnownLane>();
    const before = lanes.get(message.lane);
    if (!before && this.lanes >= this.lanesMax) return;
    if (!before) this.lanes++;
    const hasFailed = before?.hasFailed === true || isFailing(message);
    lanes.set(message.lane, { message, atMs, sinceMs: before?.sinceMs ?? atMs, hasFailed });
    this.bySubscription.set(owner, lanes);
  }

  private remove(owner: string, lane: string): void {
    const lanes = this.bySubscription.get(owner);
    if (!lanes?.delete(lane)) return;
    this.lanes--;
    if (lanes.size === 0) this.bySubscription.delete(owner);
  }
}

function isGone(message: LaneMessage): boolean {
  return message.kind === 'parked' && message.gone === true;
}

/** Parked because its receiver does not take what it gets, not because somebody paused it. */
function isFailing(message: LaneMessage): message is FailingLane {
  return message.kind === 'parked' && message.reason !== 'paused' && typeof message.failingSince === 'number';
}

function laneOf(key: Buffer | null): ReturnType<typeof laneOfKey> {
  try {
    return laneOfKey(String(key));
  } catch (error) {
    if (error instanceof UndecodableError) return undefined;
    throw error;
  }
}

/** A tombstone says live; so does what cannot be read, for want of anything better. */
function laneMessage(value: Buffer | null): LaneMessage | undefined {
  if (value === null) return undefined;
  try {
    const message = decodeCursors(value);
    return message.kind === 'parked' || message.kind === 'behind' ? message : undefined;
  } catch (error) {
    if (error instanceof UndecodableError) return undefined;
    throw error;
  }
}
