import { setTimeout as sleep } from 'node:timers/promises';

export type Answer<T> = { status: number; body: T };
export type Call = { key: string; body?: unknown; timeoutMs?: number };

/** One HTTP call; status 0 where nobody answered. */
export async function call<T>(
  method: string,
  url: string,
  { key, body, timeoutMs }: Call,
): Promise<Answer<T>> {
  try {
    const response = await fetch(url, {
      method,
      headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs ?? 10_000),
    });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : undefined) as T };
  } catch {
    return { status: 0, body: undefined as T };
  }
}

/** A killed service is back in ten seconds, on a busy machine in thirty. */
const triesMax = 240;
const againAfterMs = 250;

/** Repeats while nobody answers or the service says 503. @throws Error for any other answer */
export async function expect<T>(statuses: readonly number[], ask: () => Promise<Answer<T>>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const { status, body } = await ask();
    if (statuses.includes(status)) return body;
    const mayPass = status === 0 || status >= 500;
    if (!mayPass || tries === triesMax)
      throw new Error(`answered ${status}: ${JSON.stringify(body)?.slice(0, 300)}`);
    await sleep(againAfterMs);
  }
}
