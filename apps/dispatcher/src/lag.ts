import type { LaneSlot } from './lane-slot.js';
import type { Passage } from './passage.js';
import type { Subscription } from './subscription-table.js';

/** How long the window waits for a live lane's receiver. */
const lagMs = 2_000;
/**
 * And for a lane that waits for its turn: BEHIND costs a record and a second reading of what is in memory,
 * and under load that would be all lanes at once (ADR 0019).
 */
export const patienceMs = 30_000;
/** A window that is fuller than this has no room for patience. */
const patientLoad = 0.25;

/**
 * Tells of each lane whether the window has waited for it long enough now, so that it has to go BEHIND.
 *
 * @param passage where the main reader was when, `patienceMs` back
 * @param load how full the owner is with what its window waits for (`loadOf`)
 */
export function lagAt(passage: Passage, now: number, load: number): (slot: LaneSlot) => boolean {
  const [slow, old] = [lagMs, patienceMs].map((ms) => passage.positionAt(now - ms));
  const silent = new Map<Subscription, boolean>();
  const isSilent = (subscription: Subscription): boolean => {
    const known = silent.get(subscription) ?? hasKeptOne(subscription, now - lagMs);
    silent.set(subscription, known);
    return known;
  };
  return (slot) => {
    const held = slot.lane.oldestHeld ?? Infinity;
    if (held >= slow) return false;
    return held < old || load > patientLoad || !slot.waitsForItsTurn(lagMs) || isSilent(slot.subscription);
  };
}

/** Whether the receiver has had a request since then, of any of the subscription's lanes, unanswered. */
function hasKeptOne({ lanes }: Subscription, since: number): boolean {
  for (const { lane } of lanes.values()) if ((lane.inFlightSince ?? Infinity) <= since) return true;
  return false;
}
