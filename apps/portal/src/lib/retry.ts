export type RetryPolicy = { delaysMs: number[] } | { attempts: number } | Record<string, unknown>;

/** How many attempts there are in all. */
export function attemptsOf(policy: RetryPolicy): number | undefined {
  if ('delaysMs' in policy && Array.isArray(policy.delaysMs)) return policy.delaysMs.length + 1;
  if ('attempts' in policy && typeof policy.attempts === 'number') return policy.attempts;
  return undefined;
}
