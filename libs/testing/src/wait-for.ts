export type WaitOptions = {
  timeoutMs?: number;
  intervalMs?: number;
  /** Said when time is up; a function is called then, so that it can show the last state. */
  message?: string | (() => string);
};

/**
 * Polls until the condition gives something truthy, and resolves with it. A condition that throws counts as
 * not yet true; its last error is part of the message when time is up.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 20_000, intervalMs = 10, message }: WaitOptions = {},
): Promise<Exclude<Awaited<T>, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as never;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) {
      const said = typeof message === 'function' ? message() : (message ?? String(condition));
      const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
      throw new Error(`not true within ${timeoutMs} ms: ${said}${reason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
