import type { LogEvent } from './lane-slot.js';

/** Bytes of the events that lanes have in memory: each counts once, however many lanes share it. */
export class EventMemory {
  heldBytes = 0;
  fedBytes = 0;

  /** It waits in one lane more, or (`bytes` below 0) in one less. */
  buffered(event: LogEvent, bytes: number, held: boolean): void {
    const lanes = held ? 'heldBy' : 'fedBy';
    const before = event[lanes];
    const after = before + Math.sign(bytes);
    event[lanes] = after;
    if (before > 0 && after > 0) return;
    if (held) this.heldBytes += bytes;
    else this.fedBytes += bytes;
  }
}
