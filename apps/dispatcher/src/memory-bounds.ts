import type { LaneSlot } from './lane-slot.js';
import type { PartitionOwner } from './partition-owner.js';

export type MemoryBounds = { windowRecordsMax: number; windowBytesMax: number; eventBytesMax: number };

/**
 * How full an owner is with what its window waits for, as a share of its bounds: at 1 its partition pauses,
 * below a half
 * it goes on. What lanes that catch up have in memory does not count: the main reader need not wait for them.
 */
export function loadOf(
  { window, heldBytes }: PartitionOwner,
  all: readonly PartitionOwner[],
  { windowRecordsMax, windowBytesMax, eventBytesMax }: MemoryBounds,
): number {
  const held = all.reduce((sum, owner) => sum + owner.heldBytes, 0);
  return Math.max(window.size / windowRecordsMax, heldBytes / windowBytesMax, held / (2 * eventBytesMax));
}

/** The same of single retries, which have a window of their own. */
export function dueLoadOf(
  { due }: PartitionOwner,
  all: readonly PartitionOwner[],
  bounds: MemoryBounds,
): number {
  const held = all.reduce((sum, owner) => sum + owner.due.heldBytes, 0);
  const own = Math.max(due.window.size / bounds.windowRecordsMax, due.heldBytes / bounds.windowBytesMax);
  return Math.max(own, held / bounds.eventBytesMax);
}

/** Whether lanes that catch up may be given more: beside what the process has in memory already. */
export function mayFeed(all: readonly PartitionOwner[], { eventBytesMax }: MemoryBounds): boolean {
  return all.reduce((sum, { heldBytes, fedBytes }) => sum + heldBytes + fedBytes, 0) < eventBytesMax;
}

/**
 * Above the bound of the process, the largest live lanes go BEHIND: their backlog stays in the log. What
 * lanes that catch up have does not count: it is no reason to slow down those that keep up.
 */
export function relieve(all: readonly PartitionOwner[], { eventBytesMax }: MemoryBounds): LaneSlot[] {
  let excess = all.reduce((sum, { heldBytes }) => sum + heldBytes, 0) - eventBytesMax;
  if (excess <= 0) return [];
  const live: LaneSlot[] = [];
  for (const { slots } of all)
    for (const slot of slots.values()) {
      const { state, coversFrom, bufferedBytes } = slot.lane;
      if (state === 'live') live.push(slot);
      // On its way: it frees its memory when its record is acknowledged.
      else if (coversFrom === Infinity) excess -= bufferedBytes;
    }
  live.sort((a, b) => b.lane.bufferedBytes - a.lane.bufferedBytes);
  const relieved: LaneSlot[] = [];
  for (const slot of live) {
    if (excess <= 0 || slot.lane.bufferedBytes === 0) break;
    excess -= slot.lane.bufferedBytes;
    slot.lane.lag();
    relieved.push(slot);
  }
  return relieved;
}
