const initialRing = 1_024;
/** A gap larger than this under one open record is a lost log, not a window. */
const ringLimit = 2 ** 26;

export type OffsetWindowOptions = {
  /** The first offset that is not settled. */
  next: number;
  /** Where `isFull` begins. Soft: a batch that is already on its way still fits. */
  capacity: number;
  /** What was settled beyond `next` when a snapshot was taken: its `bitmap`. */
  settledBeyond?: Uint8Array | string;
};

/**
 * Which offsets of one partition are finished, when they finish out of order. `next` is the first that is
 * not: everything below it is settled, so it is where a restart begins. An offset has holders (one per
 * piece of work that came of its record) and is settled when the last one settles it; one that was passed
 * without being opened (a marker, a gap, nothing to do) counts as settled.
 *
 * A ring of reference counts: nothing is allocated per record.
 */
export class OffsetWindow {
  readonly loadedEnd: number;
  private readonly capacity: number;
  private readonly loaded: Uint8Array;
  private readonly loadedStart: number;
  /** Holders of the offsets from `next` to `position`; zero everywhere else. */
  private ring = new Uint16Array(initialRing);
  private mask = initialRing - 1;
  private first: number;
  private end: number;
  private open_ = 0;

  constructor({ next, capacity, settledBeyond }: OffsetWindowOptions) {
    this.capacity = capacity;
    this.loaded =
      typeof settledBeyond === 'string'
        ? Buffer.from(settledBeyond, 'base64')
        : (settledBeyond ?? new Uint8Array());
    this.loadedStart = next;
    this.loadedEnd = lastSetBit(this.loaded) < 0 ? 0 : next + lastSetBit(this.loaded) + 1;
    this.first = this.end = next;
  }

  /** The first offset that is not settled; `position` when nothing is open. */
  get next(): number {
    return this.first;
  }

  /** The first offset that was not seen yet. */
  get position(): number {
    return this.end;
  }

  get openCount(): number {
    return this.open_;
  }

  get size(): number {
    return this.end - this.first;
  }

  get isFull(): boolean {
    return this.size >= this.capacity;
  }

  /** Begins an offset with so many holders. What was skipped since the last one counts as settled. */
  open(offset: number, count = 1): void {
    if (!(offset >= this.end)) throw new RangeError(`open ${offset} below the position ${this.end}`);
    if (!(count >= 1)) throw new RangeError(`open ${offset} with ${count} holders`);
    this.moveTo(offset);
    if (this.end - this.first >= this.ring.length) this.grow(this.end - this.first + 1);
    this.hold(offset, count);
    this.end = offset + 1;
    this.open_++;
  }

  /** More holders for an offset that is open. */
  add(offset: number, count: number): void {
    if (!this.isOpen(offset)) throw new RangeError(`add to ${offset}, which is not open`);
    this.hold(offset, count);
  }

  /** One holder less; the last one settles the offset. */
  settle(offset: number): void {
    if (!this.isOpen(offset)) throw new RangeError(`settle ${offset}, which is not open`);
    const slot = offset & this.mask;
    const left = (this.ring[slot] as number) - 1;
    this.ring[slot] = left;
    if (left > 0) return;
    this.open_--;
    if (this.open_ === 0) this.first = this.end;
    else while (this.ring[this.first & this.mask] === 0) this.first++;
  }

  /** Everything below the position that was never opened is settled. */
  advance(position: number): void {
    if (position > this.end) this.moveTo(position);
  }

  isSettled(offset: number): boolean {
    if (offset < this.end) return !this.isOpen(offset);
    return offset < this.loadedEnd && isSet(this.loaded, offset - this.loadedStart);
  }

  /** Bit i of the bitmap is offset `next + i`; empty when nothing beyond `next` is settled. */
  snapshot(): { next: number; bitmap: string } {
    const { first, end, ring, mask, loaded, loadedStart, loadedEnd } = this;
    const bits = new Uint8Array((Math.max(end, loadedEnd) - first + 7) >> 3);
    const set = (i: number) => (bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7)));
    for (let offset = first; offset < end; offset++) if (ring[offset & mask] === 0) set(offset - first);
    for (let offset = end; offset < loadedEnd; offset++) {
      if (isSet(loaded, offset - loadedStart)) set(offset - first);
    }
    const bytes = (lastSetBit(bits) >> 3) + 1;
    return { next: this.first, bitmap: Buffer.from(bits.buffer, 0, bytes).toString('base64') };
  }

  private isOpen(offset: number): boolean {
    return offset >= this.first && offset < this.end && this.ring[offset & this.mask] !== 0;
  }

  private moveTo(position: number): void {
    this.end = position;
    if (this.open_ === 0) this.first = position;
    else if (position - this.first > this.ring.length) this.grow(position - this.first);
  }

  private hold(offset: number, count: number): void {
    const slot = offset & this.mask;
    const holders = (this.ring[slot] as number) + count;
    if (holders > 0xffff) throw new RangeError(`${holders} holders of ${offset}`);
    this.ring[slot] = holders;
  }

  private grow(needed: number): void {
    if (needed > ringLimit) throw new RangeError(`window of ${needed} offsets from ${this.first}`);
    const old = this.ring;
    const oldMask = this.mask;
    let length = old.length;
    while (length < needed) length *= 2;
    this.ring = new Uint16Array(length);
    this.mask = length - 1;
    const held = Math.min(this.end, this.first + old.length);
    for (let offset = this.first; offset < held; offset++) {
      this.ring[offset & this.mask] = old[offset & oldMask] as number;
    }
  }
}

function isSet(bits: Uint8Array, i: number): boolean {
  return ((bits[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
}

/** -1 when there is none. */
function lastSetBit(bits: Uint8Array): number {
  for (let byte = bits.length - 1; byte >= 0; byte--) {
    const value = bits[byte] as number;
    if (value !== 0) return byte * 8 + 31 - Math.clz32(value);
  }
  return -1;
}
