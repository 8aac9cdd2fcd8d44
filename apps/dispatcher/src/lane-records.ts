import { encodeCursors, type LaneCommand, laneKey, type SubscriptionSnapshot } from '@posthorn/contracts';
import type { LaneRecord } from '@posthorn/domain';
import type { LaneSlot } from './lane-slot.js';
import type { Subscription } from './subscription-table.js';

/** As many as `laneNumber` tells apart. */
const entityLanes = 64;

/** What is durable of a lane; null where nothing is. */
export function encodeLane(slot: LaneSlot, record: LaneRecord, now: number): Buffer | null {
  if (record.kind === 'live') return null;
  const { subscription, name, order } = slot;
  const { tenantId, id } = subscription.snapshot;
  const replay = order && Object.keys(order).length > 0 ? { replay: order } : {};
  return encodeCursors({
    ...{ tenantId, subscriptionId: id, lane: name },
    ...record,
    ...replay,
    ...sinceOf(slot, record, now),
    ...waitingOf(slot, record),
  });
}

/**
 * Of a lane that goes on from its cursor, a next owner has to ask for what is over since: in a lane without
 * order that may be younger than the event at the cursor, and as old as the attempt that is under way there.
 */
function sinceOf(
  { owner, lane, subscription, replayId }: LaneSlot,
  { kind, cursor }: Exclude<LaneRecord, { kind: 'live' }>,
  now: number,
): { since?: number } {
  if (replayId !== undefined) return {};
  const began = lane.startedAt(cursor) ?? now;
  const since = owner.endings.sinceAt(subscription, cursor, began);
  return kind === 'behind' || since < began ? { since } : {};
}

/** Nobody can read it from the log: what a paused lane holds back is not matched again before it goes on. */
function waitingOf({ waitingSince }: LaneSlot, record: LaneRecord): { waitingSince?: number } {
  const isPaused = record.kind === 'parked' && record.reason === 'paused';
  return isPaused && waitingSince !== undefined ? { waitingSince } : {};
}

export function replayKey({ snapshot }: Subscription, { replayId }: LaneCommand['args']): string {
  return laneKey(snapshot.tenantId, snapshot.id, `replay/${String(replayId)}`);
}

/** Every lane that a subscription may have, replays aside. */
export function laneNames({ ordering }: SubscriptionSnapshot): string[] {
  return ordering === 'per-entity' ? Array.from({ length: entityLanes }, (_, i) => String(i)) : ['0'];
}
