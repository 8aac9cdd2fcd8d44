/** Doubles from 50 ms to 500 ms: what brought a client back 0.2 to 0.8 s after a broker was ready again. */
export function backoffMs(failures: number): number {
  return Math.min(50 * 2 ** Math.min(Math.max(failures - 1, 0), 10), 500);
}

/** A wait that an AbortSignal ends early (it resolves then, too). */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Whether the work settled within the time; never rejects. The work itself goes on. */
export async function settledWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = work.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, late]).finally(() => clearTimeout(timer));
}

/**
 * Repeats what fails while it is worth it, with the waits of `backoffMs`, until the time is up; then
 * rejects with the last error.
 */
export async function repeated<T>(
  timeoutMs: number,
  work: () => Promise<T>,
  worthIt: (error: unknown) => boolean = () => true,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!worthIt(error) || performance.now() + backoffMs(failures) > deadline) throw error;
      await delay(backoffMs(failures));
    }
  }
}
