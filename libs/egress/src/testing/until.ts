const pollMs = 2;

/**
 * Waits for something that no event tells of. Gives up before Jest does, so that nothing polls on behind a
 * failed test.
 */
export async function until(condition: () => boolean, timeoutMs = 4_000): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`still not: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
