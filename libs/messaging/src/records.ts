import type { Batch, IHeaders, KafkaMessage } from 'kafkajs';

export type TopicPartition = { topic: string; partition: number };

export type InRecord = {
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | string | undefined>;
  timestamp: number;
};

export type RecordBatch = {
  /** Short. */
  topic: string;
  partition: number;
  records: InRecord[];
  /** The position after this batch; beyond its last record where markers or aborted records follow. */
  next: number;
  highWatermark: number;
  /** The partition went away, or its owner sought elsewhere since: the records are to be forgotten. */
  isStale(): boolean;
};

const none: InRecord['headers'] = Object.freeze({});

/** Records at or after `from`; a batch may begin earlier. */
export function recordsFrom(messages: KafkaMessage[], from: number): InRecord[] {
  const records: InRecord[] = [];
  for (const message of messages) {
    const offset = Number(message.offset);
    if (offset < from) continue;
    const { key, value, headers, timestamp } = message;
    records.push({
      offset,
      key,
      value,
      headers: headers ? single(headers) : none,
      timestamp: Number(timestamp),
    });
  }
  return records;
}

/** The offset that was asked for. kafkajs keeps it in the batch and leaves it out of its types. */
export function fetchedOffset(batch: Batch): number {
  return Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
}

/** Of a header that was given twice, the last one counts. */
function single(headers: IHeaders): InRecord['headers'] {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value[value.length - 1];
  }
  return headers as InRecord['headers'];
}
