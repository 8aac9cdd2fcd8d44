/** Delays between attempts, in milliseconds. `attempts` counts all of them, the first included. */
export type RetryPolicy =
  | { delaysMs: number[]; jitter?: number }
  | { baseMs: number; factor: number; maxMs: number; attempts: number; jitter: number };

/** A receiver may ask for patience (`Retry-After`), not for eternity. */
export const retryAfterMaxMs = 24 * 60 * 60 * 1000;

export function attemptsOf(policy: RetryPolicy): number {
  return 'delaysMs' in policy ? policy.delaysMs.length + 1 : policy.attempts;
}

/**
 * How long to wait after the `attempt`-th attempt failed (from 1); undefined when that was the last one.
 * `Retry-After` lengthens, never shortens. Jitter is ± its share; `random` is in [0, 1).
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  random: number,
  retryAfterMs = 0,
): number | undefined {
  if (attempt >= attemptsOf(policy)) return undefined;
  const plainMs =
    'delaysMs' in policy
      ? policy.delaysMs[attempt - 1]
      : Math.min(policy.maxMs, policy.baseMs * policy.factor ** (attempt - 1));
  const jitter = policy.jitter ?? 0;
  const spreadMs = Math.round(plainMs * (1 + jitter * (2 * random - 1)));
  return Math.max(spreadMs, Math.min(retryAfterMs, retryAfterMaxMs));
}

/** `Retry-After` of RFC 9110: seconds or an HTTP date; 0 where it is absent or makes no sense. */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number {
  if (!header) return 0;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Za-z]{3}/.test(text)) return 0;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
}
