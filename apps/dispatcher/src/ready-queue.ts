import type { LaneSlot } from './lane-slot.js';

/** Lanes that may have something to start: tenants take turns, and so do the lanes of a tenant. */
export class ReadyQueue {
  private readonly tenants = new Map<string, LaneSlot[]>();
  private readonly turns: string[] = [];

  get empty(): boolean {
    return this.turns.length === 0;
  }

  add(slot: LaneSlot): void {
    if (slot.listed) return;
    slot.listed = true;
    const { tenantId } = slot;
    const lanes = this.tenants.get(tenantId);
    if (lanes) {
      lanes.push(slot);
      return;
    }
    this.tenants.set(tenantId, [slot]);
    this.turns.push(tenantId);
  }

  /** The next lane; it has to be added again if it has more to start. */
  take(): LaneSlot | undefined {
    const tenantId = this.turns.shift();
    if (tenantId === undefined) return undefined;
    const lanes = this.tenants.get(tenantId)!;
    const slot = lanes.shift()!;
    slot.listed = false;
    if (lanes.length > 0) this.turns.push(tenantId);
    else this.tenants.delete(tenantId);
    return slot;
  }
}
