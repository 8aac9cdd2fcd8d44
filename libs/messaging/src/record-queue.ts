import type { OutRecord } from './batch-producer.js';

/** What a record costs beside its key, value and headers: its own object, its callback, and its frame. */
const overheadBytes = 64;

/**
 * First in, first out, bounded by count and bytes. What was taken counts until it is released, because it is
 * still held.
 */
export class RecordQueue {
  private items: OutRecord[] = [];
  private head = 0;
  private taken: OutRecord[] = [];
  records = 0;
  bytes = 0;

  constructor(
    private readonly maxRecords: number,
    private readonly maxBytes: number,
  ) {}

  /** All or none. */
  add(records: readonly OutRecord[]): boolean {
    if (this.records + records.length > this.maxRecords) return false;
    let bytes = 0;
    for (const record of records) bytes += sizeOf(record);
    if (this.bytes + bytes > this.maxBytes) return false;
    for (const record of records) this.items.push(record);
    this.records += records.length;
    this.bytes += bytes;
    return true;
  }

  /** At least one, then as many as fit. One batch at a time. */
  take(maxRecords: number, maxBytes: number): OutRecord[] {
    let end = this.head;
    let bytes = 0;
    while (end < this.items.length && end - this.head < maxRecords) {
      bytes += sizeOf(this.items[end] as OutRecord);
      if (bytes > maxBytes && end > this.head) break;
      end++;
    }
    this.taken = this.items.slice(this.head, end);
    this.head = end;
    // Compacted when the dead half outweighs the living, so that taking stays constant on average.
    if (this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return this.taken;
  }

  release(records: readonly OutRecord[]): void {
    this.records -= records.length;
    for (const record of records) this.bytes -= sizeOf(record);
    this.taken = [];
  }

  /** Everything that is held, what was taken first. */
  takeAll(): OutRecord[] {
    const all = [...this.taken, ...this.items.slice(this.head)];
    this.items = [];
    this.taken = [];
    this.head = this.records = this.bytes = 0;
    return all;
  }
}

function sizeOf({ key, value, headers }: OutRecord): number {
  let bytes = overheadBytes + lengthOf(key) + lengthOf(value);
  for (const name in headers) bytes += name.length + lengthOf(headers[name] ?? null);
  return bytes;
}

function lengthOf(part: string | Buffer | null): number {
  if (part === null) return 0;
  return typeof part === 'string' ? Buffer.byteLength(part) : part.length;
}
