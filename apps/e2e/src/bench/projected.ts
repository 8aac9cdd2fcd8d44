import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../chaos/fleet.js';
import { monotonicMs } from './clock.js';

const lookMs = 100;
/** Looks in a row that found nothing left: between two fetches nothing waits either. */
const looks = 10;
const withinMs = 120_000;

/**
 * Lets delivery-log go on after it stood still while others worked, and waits until all that it missed can
 * be asked for. Answers when it began to read and when the last of it was written, by `monotonicMs`.
 */
export async function caughtUp(service: Service): Promise<{ fromMs: number; untilMs: number }> {
  const endMs = monotonicMs() + withinMs;
  service.thaw();
  // It was put out of its group meanwhile, and joins it anew.
  await until(async () => (await delayMs(service)) > 0, endMs);
  const fromMs = monotonicMs();
  let untilMs = fromMs;
  for (let still = 0; still < looks; await sleep(lookMs)) {
    if (monotonicMs() > endMs) throw new Error('delivery-log did not catch up');
    still = (await delayMs(service)) === 0 ? still + 1 : 0;
    if (still <= 1) untilMs = monotonicMs();
  }
  return { fromMs, untilMs };
}

async function until(condition: () => Promise<boolean>, endMs: number): Promise<void> {
  while (!(await condition())) {
    if (monotonicMs() > endMs) throw new Error('delivery-log did not go on');
    await sleep(lookMs);
  }
}

async function delayMs({ url }: Service): Promise<number> {
  const response = await fetch(`${url}/health/delivery-log`, { signal: AbortSignal.timeout(10_000) });
  return ((await response.json()) as { delayMs: number }).delayMs;
}
