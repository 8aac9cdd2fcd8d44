import type { InRecord } from '@posthorn/messaging';

export type CachedBatch = { from: number; next: number; records: readonly InRecord[]; bytes: number };

/**
 * What the catch-up reader read last, within a bound: lanes of one backlog stand close together, a lane
 * takes less at
 * once than a fetch brings, and the probes of a dead receiver come back to the same event again and again.
 * The log does
 * not change behind our back, so what was read once stays true.
 */
export class BatchCache {
  /** By partition; the batch that was used last stands last. */
  private readonly batches = new Map<number, CachedBatch[]>();
  /** Partitions in the order in which they were used. */
  private bytes = 0;

  constructor(private readonly bytesMax: number) {}

  get size(): number {
    return this.bytes;
  }

  find(partition: number, position: number): CachedBatch | undefined {
    const batches = this.batches.get(partition);
    const at = batches?.findIndex(({ from, next }) => from <= position && position < next) ?? -1;
    if (!batches || at < 0) return undefined;
    const [found] = batches.splice(at, 1);
    batches.push(found);
    this.batches.delete(partition);
    this.batches.set(partition, batches);
    return found;
  }

  /**
   * Keeps a copy: the records of a fetch are slices of the whole answer, which would stay in memory with
   * them.
   */
  keep(partition: number, from: number, records: readonly InRecord[], next: number): void {
    if (next <= from) return;
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0) + recordBytes, 0);
    if (bytes > this.bytesMax / 2) return;
    const batches = this.batches.get(partition) ?? [];
    batches.push({ from, next, records: copyOf(records), bytes });
    this.batches.delete(partition);
    this.batches.set(partition, batches);
    this.bytes += bytes;
    while (this.bytes > this.bytesMax) this.dropOldest();
  }

  forget(partition: number): void {
    for (const { bytes } of this.batches.get(partition) ?? []) this.bytes -= bytes;
    this.batches.delete(partition);
  }

  private dropOldest(): void {
    const [[partition, batches]] = this.batches;
    const oldest = batches.shift();
    if (oldest) this.bytes -= oldest.bytes;
    if (batches.length === 0) this.batches.delete(partition);
  }
}

/** Roughly what a record costs beside its value. */
const recordBytes = 200;

function copyOf(records: readonly InRecord[]): InRecord[] {
  const total = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  const whole = Buffer.allocUnsafeSlow(total);
  let at = 0;
  return records.map((record) => {
    const { value } = record;
    const key = record.key && Buffer.from(record.key);
    if (!value) return { ...record, key };
    value.copy(whole, at);
    const copy = whole.subarray(at, at + value.length);
    at += value.length;
    return { ...record, key, value: copy, headers: textsOf(record.headers) };
  });
}

function textsOf(headers: InRecord['headers']): InRecord['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()]));
}
