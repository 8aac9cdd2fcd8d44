import { UndecodableError } from './wire.js';

/** What a replay's order says beside its range, and its lane's record for as long as it is durable. */
export type ReplayOrder = {
  /** Most deliveries a second. */
  ratePerS?: number;
  /** The events of the range that are meant, where not all are: see `encodeSeqs`. */
  seqs?: string;
};

/** Ascending offsets as base64: the first one, then the gaps, seven bits a byte. */
export function encodeSeqs(seqs: readonly number[]): string {
  const bytes: number[] = [];
  let before = 0;
  for (const seq of seqs) {
    let gap = seq - before;
    // Beyond 32 bits there are no shifts.
    for (; gap >= 0x80; gap = Math.floor(gap / 0x80)) bytes.push((gap % 0x80) | 0x80);
    bytes.push(gap);
    before = seq;
  }
  return Buffer.from(bytes).toString('base64');
}

/** @throws UndecodableError */
export function decodeSeqs(text: string): number[] {
  const seqs: number[] = [];
  let seq = 0;
  let gap = 0;
  let factor = 1;
  for (const byte of Buffer.from(text, 'base64')) {
    gap += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte >= 0x80) continue;
    seq += gap;
    seqs.push(seq);
    gap = 0;
    factor = 1;
  }
  if (factor !== 1 || !Number.isSafeInteger(seq)) throw new UndecodableError('these are no offsets');
  return seqs;
}
