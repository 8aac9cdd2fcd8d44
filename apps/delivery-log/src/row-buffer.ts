/** Bytes one after the other, of which nobody knows beforehand how many there will be. */
export class RowBuffer {
  private end = 0;

  constructor(public buffer: Buffer) {}

  /** Room for that many behind all others: where it begins in `buffer`. */
  place(bytes: number): number {
    const at = this.end;
    this.end += bytes;
    if (this.end > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.end));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    return at;
  }

  int16(value: number): void {
    const at = this.place(2);
    this.buffer.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.place(4);
    this.buffer.writeInt32BE(value, at);
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.end);
  }
}
