import type { LaneSlot } from './lane-slot.js';

/**
 * Permits of one kind by key (origin, tenant, subscription …); lanes that find none wait for one to come
 * back.
 */
export class Permits {
  private readonly taken = new Map<string, number>();
  private readonly waiting = new Map<string, Set<LaneSlot>>();

  constructor(private readonly max: () => number) {}

  /** Lanes that wait for one. */
  get waitingLanes(): number {
    let lanes = 0;
    for (const waiting of this.waiting.values()) lanes += waiting.size;
    return lanes;
  }

  available(key: string): boolean {
    return (this.taken.get(key) ?? 0) < this.max();
  }

  take(key: string): void {
    this.taken.set(key, (this.taken.get(key) ?? 0) + 1);
  }

  wait(key: string, slot: LaneSlot): void {
    const waiting = this.waiting.get(key);
    if (waiting) waiting.add(slot);
    else this.waiting.set(key, new Set([slot]));
  }

  /** Gives a permit back; answers the lanes that may try again. */
  leave(key: string): LaneSlot[] {
    const left = this.taken.get(key)! - 1;
    if (left > 0) this.taken.set(key, left);
    else this.taken.delete(key);
    const waiting = this.waiting.get(key);
    if (!waiting) return [];
    // As many as there is room for: the maximum may have grown, and who was woken before may have had no use
    // for its place. With nothing taken any more nobody would come by again, so all of them may try.
    const places = left > 0 ? this.max() - left : Infinity;
    const woken: LaneSlot[] = [];
    for (const slot of waiting) {
      if (woken.length >= places) break;
      waiting.delete(slot);
      woken.push(slot);
    }
    if (waiting.size === 0) this.waiting.delete(key);
    return woken;
  }
}
