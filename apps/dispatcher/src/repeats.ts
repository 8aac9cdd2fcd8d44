import { dedupAgeMs, DedupMap, type Place } from './dedup-map.js';

const bounds = { bytes: 64 * 1024 * 1024, rereadBytes: 8 * 1024 * 1024 };

/** Which records repeat an event that stands before them in their partition. */
export class Repeats {
  readonly read: DedupMap;
  /** What was read again: a backlog may hold repeats that are older than what `read` remembers. */
  private readonly reread: DedupMap;

  constructor({ bytes, rereadBytes } = bounds) {
    this.read = new DedupMap(() => Date.now(), { bytes, ageMs: dedupAgeMs });
    this.reread = new DedupMap(() => Date.now(), { bytes: rereadBytes, ageMs: dedupAgeMs });
  }

  /** @param reread by the catch-up reader, which reads here and there: nothing is to be learned for others */
  has(place: Place, reread: boolean): boolean {
    if (!reread) return this.read.firstOffset(place) < place.offset;
    return Math.min(this.read.knownOffset(place), this.reread.firstOffset(place)) < place.offset;
  }

  /** A log that lost its tail: what stood from `end` on may come again, at other offsets. */
  forgetFrom(partition: number, end: number): void {
    this.read.forgetFrom(partition, end);
    this.reread.forgetFrom(partition, end);
  }
}
