/** Of an event's record: id, and where and when (epoch ms) it was appended to which partition. */
export type Place = { partition: number; id: string; offset: number; at: number };

/**
 * Which event ids stand where first in the log: id → its first offset, for about ten minutes and within a
 * bound of
 * memory, whichever is less. A record is a repeat only if its id stands at a *lower* offset of the same
 * partition, so
 * that catching up and taking over, which read again, are never mistaken for repeats; and only if that one
 * was appended at most ten minutes earlier, so that who reads both in one go decides as who read them live.
 *
 * Generations of open-addressing tables over typed arrays: nothing is allocated per event, and the oldest
 * generation is
 * forgotten whole.
 */
export const dedupAgeMs = 10 * 60_000;
const generations = 4;
const slotBytes = 28;
const fill = 0.7;
/** In the place of one that counts no more: open addressing cannot take it out. */
const voided = Infinity;

/** `places`: offset + 1, 0 where the slot is free; `times`: seconds. */
type Table = {
  keys: Uint32Array;
  places: Float64Array;
  times: Uint32Array;
  size: number;
  /** The highest offset of any partition. */
  highest: number;
  startedAt: number;
};

export class DedupMap {
  private readonly tables: Table[] = [];
  private readonly capacity: number;
  private readonly generationMs: number;
  private readonly ageS: number;
  private readonly key = new Uint32Array(4);

  constructor(
    private readonly now: () => number,
    { bytes, ageMs }: { bytes: number; ageMs: number },
  ) {
    this.capacity = 2 ** Math.floor(Math.log2(bytes / generations / slotBytes));
    this.generationMs = ageMs / generations;
    this.ageS = ageMs / 1_000;
  }

  /** Entries that can be told apart at most. */
  get entriesMax(): number {
    return Math.floor(this.capacity * fill) * generations;
  }

  get size(): number {
    return this.tables.reduce((sum, { size }) => sum + size, 0);
  }

  /** Where the id stands first in this partition, as far as is known; the place itself is remembered. */
  firstOffset(place: Place): number {
    const found = this.look(place);
    if (found) {
      const { table, slot, offset, repeats } = found;
      if (repeats) return offset;
      // It stands first itself: lower than what was known, or too long after it.
      table.places[slot] = voided;
    }
    const table = this.current();
    const slot = this.find(table);
    if (table.places[slot] === 0) table.size++;
    table.keys.set(this.key, slot * 4);
    table.places[slot] = place.offset + 1;
    table.highest = Math.max(table.highest, place.offset);
    table.times[slot] = Math.floor(place.at / 1_000);
    return place.offset;
  }

  /** The same without remembering: what is read again changes nothing for those who read on. */
  knownOffset(place: Place): number {
    const found = this.look(place);
    return found?.repeats ? found.offset : place.offset;
  }

  /** The partition's log ends at `end` now: what was lost behind it may come again, at other offsets. */
  forgetFrom(partition: number, end: number): void {
    for (const { keys, places, highest } of this.tables) {
      if (highest < end) continue;
      for (let slot = 0; slot < this.capacity; slot++) {
        if (places[slot] > end && keys[slot * 4] === partition) places[slot] = voided;
      }
    }
  }

  private look({ partition, id, offset, at }: Place) {
    this.pack(partition, id);
    for (const table of this.tables) {
      const slot = this.find(table);
      const place = table.places[slot];
      if (place === 0 || place === voided) continue;
      const known = place - 1;
      const repeats = known === offset || (known < offset && at / 1_000 - table.times[slot] <= this.ageS);
      return { table, slot, offset: known, repeats };
    }
    return undefined;
  }

  private current(): Table {
    const newest = this.tables.at(-1);
    const now = this.now();
    const full = newest && newest.size >= this.capacity * fill;
    if (newest && !full && now - newest.startedAt < this.generationMs) return newest;
    // The table that is forgotten is used again: its memory stays the process's.
    const oldest = this.tables.length === generations ? this.tables.shift()! : undefined;
    oldest?.places.fill(0);
    const { keys, places, times } = oldest ?? {
      keys: new Uint32Array(this.capacity * 4),
      places: new Float64Array(this.capacity),
      times: new Uint32Array(this.capacity),
    };
    const table = { keys, places, times, size: 0, highest: -1, startedAt: now };
    this.tables.push(table);
    return table;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  private find({ keys, places }: Table): number {
    const [a, b, c, d] = this.key;
    const mask = this.capacity - 1;
    let slot = (b ^ (c >>> 7)) & mask;
    while (places[slot] !== 0) {
      const at = slot * 4;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /**
   * The partition, and the id in 96 bits: ids are 130 uniformly distributed bits (base32 of a SHA-256), every
   * third character of which goes into one word.
   */
  private pack(partition: number, id: string): void {
    const { key } = this;
    key[0] = partition;
    key[1] = key[2] = key[3] = 0x9e3779b9;
    for (
      let i = id.startsWith('evt_') ? 4 : 0, word = 1;
      i < id.length;
      i++, word = word === 3 ? 1 : word + 1
    ) {
      key[word] = (Math.imul(key[word], 33) + id.charCodeAt(i)) >>> 0;
    }
  }
}
