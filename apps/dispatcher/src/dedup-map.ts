/**
 * Which event ids stand where first in the log: id → its first offset, for about ten minutes and within a
 * bound of
 * memory, whichever is less. A record is a repeat only if its id stands at a *lower* offset of the same
 * partition, so
 * that catching up and taking over, which read again, are never mistaken for repeats.
 *
 * Generations of open-addressing tables over typed arrays: nothing is allocated per event, and the oldest
 * generation is
 * forgotten whole.
 */
const generations = 4;
const slotBytes = 24;
const fill = 0.7;

type Table = { keys: Uint32Array; places: Float64Array; size: number; startedAt: number };

export class DedupMap {
  private readonly tables: Table[] = [];
  private readonly capacity: number;
  private readonly generationMs: number;
  private readonly key = new Uint32Array(4);

  constructor(
    private readonly now: () => number,
    { bytes, ageMs }: { bytes: number; ageMs: number } = { bytes: 64 * 1024 * 1024, ageMs: 10 * 60_000 },
  ) {
    this.capacity = 2 ** Math.floor(Math.log2(bytes / generations / slotBytes));
    this.generationMs = ageMs / generations;
  }

  /** Entries that can be told apart at most. */
  get entriesMax(): number {
    return Math.floor(this.capacity * fill) * generations;
  }

  get size(): number {
    return this.tables.reduce((sum, { size }) => sum + size, 0);
  }

  /** Where the id stands first in this partition, as far as is known; `offset` itself is remembered. */
  firstOffset(partition: number, id: string, offset: number): number {
    const known = this.look(partition, id, offset);
    if (known !== undefined) return known;
    const table = this.current();
    const slot = this.find(table);
    table.keys.set(this.key, slot * 4);
    table.places[slot] = offset + 1;
    table.size++;
    return offset;
  }

  /** The same without remembering: what is read again, however much of it, pushes nothing out. */
  knownOffset(partition: number, id: string, offset: number): number {
    return this.look(partition, id, offset) ?? offset;
  }

  private look(partition: number, id: string, offset: number): number | undefined {
    this.pack(partition, id);
    for (const table of this.tables) {
      const slot = this.find(table);
      const place = table.places[slot];
      if (place === 0) continue;
      if (place - 1 > offset) table.places[slot] = offset + 1;
      return Math.min(place - 1, offset);
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
    const { keys, places } = oldest ?? {
      keys: new Uint32Array(this.capacity * 4),
      places: new Float64Array(this.capacity),
    };
    const table = { keys, places, size: 0, startedAt: now };
    this.tables.push(table);
    return table;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  private find({ keys, places }: Table): number {
    const [a, b, c, d] = this.key;
    const mask = this.capacity - 1;
    let slot = (a ^ (b >>> 7)) & mask;
    while (places[slot] !== 0) {
      const at = slot * 4;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /**
   * Partition and id in 128 bits. The ids are 130 uniformly distributed bits (base32 of a SHA-256), every
   * fourth
   * character of which goes into one word: each word keeps 32 of its 35 bits.
   */
  private pack(partition: number, id: string): void {
    const { key } = this;
    key[0] = partition;
    key[1] = key[2] = key[3] = 0x9e3779b9;
    for (let i = id.startsWith('evt_') ? 4 : 0, n = 0; i < id.length; i++, n++) {
      const lane = n & 3;
      key[lane] = (Math.imul(key[lane], 33) + id.charCodeAt(i)) >>> 0;
    }
  }
}
