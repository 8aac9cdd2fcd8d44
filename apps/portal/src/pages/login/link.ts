import { ApiError, isPassing } from '../../api/client';

/** What stands behind the # of a link; undefined where nothing does, or what was damaged on its way. */
export function tokenOf(hash: string): string | undefined {
  try {
    return decodeURIComponent(hash.slice(1)) || undefined;
  } catch {
    return undefined;
  }
}

/** For `Idempotency-Key`: whoever knows it may use the link again, so nobody guesses it. */
export function newUse(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes));
}

/** Between the tries. */
const waitsMs = [500, 2_000, 4_000];
const passing = (waitMs: number): Promise<void> => new Promise((done) => setTimeout(done, waitMs));

/**
 * Carries out what is the same however often it is done, until it was done or there is no hope. Where an
 * answer was lost, the first try may still be under way, and a refusal (401) is not yet the last word.
 */
export async function insist<T>(carryOut: () => Promise<T>, wait = passing): Promise<T> {
  let wasLost = false;
  for (const waitMs of waitsMs) {
    try {
      return await carryOut();
    } catch (error) {
      const isLost = isPassing(error);
      if (!isLost && !(wasLost && isRefused(error))) throw error;
      wasLost ||= isLost;
    }
    await wait(waitMs);
  }
  return carryOut();
}

export const isRefused = (error: unknown): boolean => error instanceof ApiError && error.status === 401;
