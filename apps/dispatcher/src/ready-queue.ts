import type { LaneSlot } from './lane-slot.js';

/** What a tenant may start before the next one's turn: bytes of events, each counted as at least 1 KiB. */
const quantumBytes = 16 * 1024;
const eventBytesMin = 1_024;

type Turn = { tenantId: string; lanes: LaneSlot[]; deficit: number };

/**
 * Lanes that may have something to start: deficit round-robin over tenants, and in turns over a tenant's
 * lanes.
 */
export class ReadyQueue {
  /** Also of tenants whose last lane was just taken: it may come back, and has used up a part of the turn. */
  private readonly turns = new Map<string, Turn>();
  private listed = 0;

  get empty(): boolean {
    return this.listed === 0;
  }

  add(slot: LaneSlot): void {
    if (slot.listed) return;
    slot.listed = true;
    this.listed++;
    const { tenantId } = slot;
    const turn = this.turns.get(tenantId);
    if (turn) turn.lanes.push(slot);
    else this.turns.set(tenantId, { tenantId, lanes: [slot], deficit: quantumBytes });
  }

  /** The next lane; it has to be added again if it has more to start. */
  take(): LaneSlot | undefined {
    for (const turn of this.turns.values()) {
      if (turn.lanes.length === 0) {
        this.turns.delete(turn.tenantId);
        continue;
      }
      if (turn.deficit <= 0) {
        // To the back of the line; what it overdrew counts in its next turn.
        this.turns.delete(turn.tenantId);
        turn.deficit += quantumBytes;
        this.turns.set(turn.tenantId, turn);
        continue;
      }
      const slot = turn.lanes.shift()!;
      slot.listed = false;
      this.listed--;
      return slot;
    }
    return undefined;
  }

  /** The tenant's turn pays for what was started. */
  charge({ tenantId }: LaneSlot, bytes: number): void {
    const turn = this.turns.get(tenantId);
    if (turn) turn.deficit -= Math.max(eventBytesMin, bytes);
  }
}
