import type { TxRecord } from '@posthorn/messaging';

/** Below what a batch may have (512 KiB): the broker refuses a larger one, whatever is in it, for ever. */
const bytesMax = 384 * 1024;
const recordsMax = 400;
/** What the two windows may need. */
const reservedBytes = 128 * 1024;
const recordBytes = 64;

/** The records of one transaction; what does not fit goes into the next. */
export class TransactionDraft {
  readonly records: TxRecord[] = [];
  private bytes = 0;

  get full(): boolean {
    return this.records.length >= recordsMax || this.bytes >= bytesMax - reservedBytes;
  }

  /** Whether a record of that size still fits; a first one always does. */
  fits(value: Buffer): boolean {
    return this.records.length === 0 || (!this.full && this.bytes + value.length <= bytesMax);
  }

  add(record: TxRecord): void {
    this.records.push(record);
    this.bytes += Buffer.byteLength(record.key) + (record.value?.length ?? 0) + recordBytes;
  }
}
