import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '@posthorn/runtime';
import type { HttpBody } from './http-events.js';

const keptMs = 24 * 60 * 60 * 1000;

type Known = { fingerprint: string; atMs: number };

/**
 * `Idempotency-Key` of publications. A repeat is answered the same without it: the answer is the ids, which
 * follow from the request, and what has an id that was there is delivered once; on every instance, after a
 * restart too. What is remembered here, of the newest keys and by this process alone, is what a key was
 * used for: a mistake, another event under it, is noticed.
 */
@Injectable()
export class RepeatedRequests {
  private readonly known = new Map<string, Known>();

  constructor(private readonly keptMax = 100_000) {}

  /**
   * Before a publication; what it answers is to be called after it. What failed may be mended under the
   * same key.
   *
   * @throws AppError `idempotency-mismatch`
   */
  compare(callerId: string, key: string, request: HttpBody, nowMs = Date.now()): () => void {
    const place = `${callerId}/${key}`;
    const fingerprint = fingerprintOf(request);
    const before = this.known.get(place);
    const isKnown = before !== undefined && nowMs - before.atMs < keptMs;
    if (isKnown && before.fingerprint !== fingerprint)
      throw new AppError('idempotency-mismatch', 'This Idempotency-Key was used with another request.');
    return () => {
      if (!isKnown) this.remember(place, { fingerprint, atMs: nowMs });
    };
  }

  /** The oldest goes for it where there are too many. */
  private remember(place: string, known: Known): void {
    this.known.delete(place);
    this.known.set(place, known);
    if (this.known.size <= this.keptMax) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest);
  }
}

/** Attributes of a CloudEvent may stand in headers. */
function fingerprintOf({ headers, bytes }: HttpBody): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(headers).sort())
    if (name === 'content-type' || name.startsWith('ce-')) hash.update(`${name}: ${String(headers[name])}\n`);
  return hash.update('\n').update(bytes).digest('base64url');
}
