import { decodeParts, encodeParts, requireFields } from './wire.js';

/** A record nobody could use, kept with the reason. Written by any service; read by people. */
export type RejectedMessage = {
  service: string;
  /** Full topic name, partition and offset of the record, so that it can be found again. */
  topic: string;
  partition: number;
  offset: number;
  code: string;
  reason: string;
  at: number;
  /** The record's headers as text; values are cut at 1 KiB. */
  headers?: Record<string, string>;
  key?: string;
  /** The record's value, cut at 256 KiB. */
  original: Buffer;
  truncated?: boolean;
};

export const rejectedOriginalMaxBytes = 256 * 1024;

export function encodeRejected({ original, ...head }: RejectedMessage): Buffer {
  const truncated = original.length > rejectedOriginalMaxBytes;
  return encodeParts(
    truncated ? { ...head, truncated } : head,
    truncated ? original.subarray(0, rejectedOriginalMaxBytes) : original,
  );
}

/** @throws UndecodableError */
export function decodeRejected(value: Buffer | null): RejectedMessage {
  const { head, tail } = decodeParts(value);
  requireFields(head, { topic: 'string', partition: 'number', offset: 'number', reason: 'string' });
  head.original = tail;
  return head as RejectedMessage;
}
