import { isStatementTimeout } from '@posthorn/runtime';
import type { SeqRange } from './log-minutes.js';

/** How many events; estimated where looking at all of them would have taken too long. */
export type Counted = { count: number; estimated: boolean };

/** Places of the log that one statement looks at. */
export const pieceSeqs = 100_000;

/**
 * Counts a range in pieces that lie apart, so that those which were reached in time stand for all of it.
 * `count` throws a statement timeout where one piece takes too long.
 */
export async function counted(
  { fromSeq, untilSeq }: SeqRange,
  maxMs: number,
  count: (piece: SeqRange) => Promise<number>,
  now: () => number = () => performance.now(),
): Promise<Counted> {
  const endMs = now() + maxMs;
  let [sum, looked] = [0, 0];
  for (const n of farApart(Math.ceil((untilSeq - fromSeq) / pieceSeqs))) {
    const from = fromSeq + n * pieceSeqs;
    const piece = { fromSeq: from, untilSeq: Math.min(untilSeq, from + pieceSeqs) };
    if (now() >= endMs) return { count: estimate(sum, looked, untilSeq - fromSeq), estimated: true };
    try {
      sum += await count(piece);
    } catch (error) {
      if (!isStatementTimeout(error)) throw error;
      return { count: estimate(sum, looked, untilSeq - fromSeq), estimated: true };
    }
    looked += piece.untilSeq - piece.fromSeq;
  }
  return { count: sum, estimated: false };
}

/** Not even one piece: then all that is known is how many there can be. */
function estimate(sum: number, looked: number, all: number): number {
  return looked === 0 ? all : Math.round((sum / looked) * all);
}

/** 0 … n - 1, each once: those that come first are spread over all of it. */
export function* farApart(n: number): Generator<number> {
  let step = Math.max(1, Math.round(n * 0.618));
  while (divisorOf(step, n) > 1) step++;
  for (let i = 0; i < n; i++) yield (i * step) % n;
}

function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b);
}
