import { encodeCursors, type LaneCommand, laneKey, type SubscriptionSnapshot } from '@posthorn/contracts';
import type { LaneRecord } from '@posthorn/domain';
import type { LaneSlot } from './lane-slot.js';
import type { Subscription } from './subscription-table.js';

/** As many as `laneNumber` tells apart. */
const entityLanes = 64;

/** What is durable of a lane; null where nothing is. */
export function encodeLane({ subscription, name, order }: LaneSlot, record: LaneRecord): Buffer | null {
  if (record.kind === 'live') return null;
  const { tenantId, id } = subscription.snapshot;
  const replay = order && Object.keys(order).length > 0 ? { replay: order } : {};
  return encodeCursors({ tenantId, subscriptionId: id, lane: name, ...record, ...replay });
}

export function replayKey({ snapshot }: Subscription, { replayId }: LaneCommand['args']): string {
  return laneKey(snapshot.tenantId, snapshot.id, `replay/${String(replayId)}`);
}

/** Every lane that a subscription may have, replays aside. */
export function laneNames({ ordering }: SubscriptionSnapshot): string[] {
  return ordering === 'per-entity' ? Array.from({ length: entityLanes }, (_, i) => String(i)) : ['0'];
}
