import {
  decodeCursors,
  laneOfKey,
  subscriptionKey,
  UndecodableError,
  type LaneMessage,
} from '@posthorn/contracts';
import { healthOf, type Health, type KnownLane } from './health.js';

/** What a log reader hands over of a record. */
export type LaneRecord = { key: Buffer | null; value: Buffer | null; timestamp: number };

/** A receiver said that it is gone for good (410), at this time. */
export type GoneReceiver = { tenantId: string; subscriptionId: string; atMs: number };

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

  of(tenantId: string, subscriptionId: string): Health {
    return healthOf(this.bySubscription.get(subscriptionKey(tenantId, subscriptionId))?.values() ?? []);
  }

  /** The receiver that is gone, where the record says so. Undefined for the owner's own records, too. */
  apply({ key, value, timestamp }: LaneRecord): GoneReceiver | undefined {
    const lane = laneOf(key);
    if (!lane || lane.lane.startsWith(replayLane)) return undefined;
    const { tenantId, subscriptionId } = lane;
    const owner = subscriptionKey(tenantId, subscriptionId);
    const message = laneMessage(value);
    if (!message) {
      this.remove(owner, lane.lane);
      return undefined;
    }
    this.put(owner, message, timestamp);
    const isGone = message.kind === 'parked' && message.gone === true;
    return isGone ? { tenantId, subscriptionId, atMs: timestamp } : undefined;
  }

  private put(owner: string, message: LaneMessage, timestamp: number): void {
    const lanes = this.bySubscription.get(owner) ?? new Map<string, KnownLane>();
    const before = lanes.get(message.lane);
    if (!before && this.lanes >= this.lanesMax) return;
    if (!before) this.lanes++;
    lanes.set(message.lane, { message, sinceMs: before?.sinceMs ?? timestamp });
    this.bySubscription.set(owner, lanes);
  }

  private remove(owner: string, lane: string): void {
    const lanes = this.bySubscription.get(owner);
    if (!lanes?.delete(lane)) return;
    this.lanes--;
    if (lanes.size === 0) this.bySubscription.delete(owner);
  }
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
