import type { LaneSlot } from './lane-slot.js';
import type { PartitionOwner } from './partition-owner.js';

export type MemoryBounds = { windowRecordsMax: number; windowBytesMax: number; eventBytesMax: number };

/** How full an owner is, as a share of its bounds: at 1 its partition pauses, below a half it goes on. */
export function loadOf(
  { window, due, bufferedBytes }: PartitionOwner,
  all: readonly PartitionOwner[],
  { windowRecordsMax, windowBytesMax, eventBytesMax }: MemoryBounds,
): number {
  return Math.max(
    window.size / windowRecordsMax,
    due.window.size / windowRecordsMax,
    bufferedBytes / windowBytesMax,
    // Lanes go BEHIND first (`relieve`); what is BEHIND keeps half a lane in memory, so this bound lies
    // higher.
    totalOf(all) / (2 * eventBytesMax),
  );
}

/** Above the bound of the process, the largest live lanes go BEHIND: their backlog stays in the log. */
export function relieve(all: readonly PartitionOwner[], { eventBytesMax }: MemoryBounds): LaneSlot[] {
  let excess = totalOf(all) - eventBytesMax;
  if (excess <= 0) return [];
  const live = all.flatMap((owner) => [...owner.slots.values()].filter(({ lane }) => lane.state === 'live'));
  live.sort((a, b) => b.lane.bufferedBytes - a.lane.bufferedBytes);
  const relieved: LaneSlot[] = [];
  for (const slot of live) {
    if (excess <= 0) break;
    excess -= slot.lane.bufferedBytes;
    slot.lane.lag();
    relieved.push(slot);
  }
  return relieved;
}

function totalOf(all: readonly PartitionOwner[]): number {
  return all.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
}
