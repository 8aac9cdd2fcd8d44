import type { TxRecord } from '@posthorn/messaging';

/** Half of what a batch may have (512 KiB): the broker refuses a larger one, whatever is in it, for ever. */
const bytesMax = 256 * 1024;
const recordsMax = 400;
const recordBytes = 64;

/** The records of one transaction; what does not fit goes into the next. */
export class TransactionDraft {
  readonly records: TxRecord[] = [];
  private bytes = 0;

  get full(): boolean {
    return this.records.length >= recordsMax || this.bytes >= bytesMax;
  }

  add(record: TxRecord): void {
    this.records.push(record);
    this.bytes += record.key.length + (record.value?.length ?? 0) + recordBytes;
  }
}
