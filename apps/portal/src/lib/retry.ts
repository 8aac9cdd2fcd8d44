export type RetryPolicy = { delaysMs: number[] } | { attempts: number } | Record<string, unknown>;

/** How many attempts there are in all. */
export function attemptsOf(policy: RetryPolicy): number | undefined {
  if ('delaysMs' in policy && Array.isArray(policy.delaysMs)) return policy.delaysMs.length + 1;
  if ('attempts' in policy && typeof policy.attempts === 'number') return policy.attempts;
  return undefined;
}

/** How often it is tried again after the first attempt. */
export function retriesOf(policy: RetryPolicy): number | undefined {
  const attempts = attemptsOf(policy);
  return attempts === undefined ? undefined : attempts - 1;
}
