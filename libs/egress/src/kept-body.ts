const empty = Buffer.alloc(0);
const viewSlackBytes = 2_048;

/**
 * The first bytes of an answer's body. Holds a view while that is cheap, which is nearly always: one chunk
 * that makes up most of its read buffer. Otherwise the bytes are copied, so that no answer holds more than
 * its limit: one byte per 64 KiB read buffer (chunk extensions have no limit) would hold gigabytes.
 */
export class KeptBody {
  private bytes = 0;
  private view: Buffer | undefined;
  private copy: Buffer | undefined;

  constructor(private readonly maxBytes: number) {}

  /** Whether all of it fitted. */
  add(chunk: Buffer): boolean {
    if (
      this.bytes === 0 &&
      chunk.buffer.byteLength - Math.min(chunk.length, this.maxBytes) <= viewSlackBytes
    ) {
      this.view = chunk;
    } else {
      this.copy ??= this.ownBytes();
      chunk.copy(this.copy, this.bytes);
    }
    const fits = this.bytes + chunk.length <= this.maxBytes;
    this.bytes = Math.min(this.bytes + chunk.length, this.maxBytes);
    return fits;
  }

  take(): Buffer {
    if (!this.copy) return this.view?.subarray(0, this.bytes) ?? empty;
    const kept = this.copy.subarray(0, this.bytes);
    if (kept.length + viewSlackBytes >= this.copy.length) return kept;
    const exact = Buffer.allocUnsafeSlow(kept.length);
    kept.copy(exact);
    return exact;
  }

  private ownBytes(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.maxBytes);
    this.view?.copy(bytes);
    this.view = undefined;
    return bytes;
  }
}
