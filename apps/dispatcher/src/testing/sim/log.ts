import type { InRecord, OutRecord } from '@posthorn/messaging';

const noHeaders: InRecord['headers'] = Object.freeze({});

/** One partition of a topic, in memory; offsets may have gaps, as markers and aborted records leave them. */
export class MemoryLog {
  readonly records: InRecord[] = [];
  high = 0;

  append({ key, value }: Pick<OutRecord, 'key' | 'value'>, timestamp: number): number {
    const offset = this.high++;
    this.records.push({
      offset,
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      headers: noHeaders,
      timestamp,
    });
    return offset;
  }

  gap(): void {
    this.high++;
  }

  /** Up to `max` records from `from` on, and the position after them. */
  read(from: number, max: number, end = this.high): { records: InRecord[]; next: number } {
    const records: InRecord[] = [];
    for (const record of this.records) {
      if (record.offset < from) continue;
      if (record.offset >= end) return { records, next: end };
      if (records.length === max) return { records, next: record.offset };
      records.push(record);
    }
    return { records, next: Math.max(from, end) };
  }

  at(offset: number): InRecord | undefined {
    return this.records.find((record) => record.offset === offset);
  }
}
