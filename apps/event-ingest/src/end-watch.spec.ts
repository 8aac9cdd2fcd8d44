import { waitFor } from '@posthorn/testing';
import { EndWatch } from './end-watch.js';

/** A log whose end and whose follower move when the test says so. */
function logOf() {
  const log = { end: 0, read: 0, completeMs: -Infinity, asked: 0, answer: true };
  const watch = new EndWatch({
    askEnd: async () => {
      log.asked++;
      if (!log.answer) throw new Error('away');
      return log.end;
    },
    position: () => log.read,
    completeAsOfMs: () => log.completeMs,
  });
  return { log, watch };
}

it('is true once the follower has what was there', async () => {
  const { log, watch } = logOf();
  log.end = 5;
  const beforeMs = performance.now();
  let answered = false;
  const reading = watch.readToEnd().finally(() => (answered = true));
  await waitFor(() => log.asked === 1);
  log.read = 4;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(answered).toBe(false);
  log.read = 5;
  expect(await reading).toBe(true);
  expect(watch.readAsOfMs).toBeGreaterThanOrEqual(beforeMs);
  expect(watch.readAsOfMs).toBeLessThanOrEqual(performance.now());
});

it('does not wait for a marker at the end, which is no record', async () => {
  const { log, watch } = logOf();
  log.end = 5;
  log.read = 4;
  const reading = watch.readToEnd();
  await waitFor(() => log.asked === 1);
  log.completeMs = performance.now();
  expect(await reading).toBe(true);
});

it('does not take a log for read that is shorter than what was read of it, before it was read again', async () => {
  const { log, watch } = logOf();
  log.read = 300;
  log.end = 60;
  let answered = false;
  const reading = watch.readToEnd().finally(() => (answered = true));
  await waitFor(() => log.asked === 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(answered).toBe(false);
  log.completeMs = performance.now();
  expect(await reading).toBe(true);
});

it('is false, in time, where the end cannot be asked for or is not reached', async () => {
  const { log, watch } = logOf();
  log.answer = false;
  const startMs = performance.now();
  expect(await watch.readToEnd()).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(2_000);
  expect(watch.readAsOfMs).toBe(-Infinity);
});

it('many callers share a question, and few questions are asked', async () => {
  const { log, watch } = logOf();
  const startMs = performance.now();
  while (performance.now() - startMs < 500)
    await Promise.all(Array.from({ length: 50 }, () => watch.readToEnd()));
  const tookMs = performance.now() - startMs;
  expect(log.asked).toBeLessThanOrEqual(Math.ceil(tookMs / 200) + 1);
  expect(log.asked).toBeGreaterThan(1);
});

it('a question that was asked before the caller came proves nothing to him', async () => {
  const { log, watch } = logOf();
  log.end = 1;
  const first = watch.readToEnd();
  await waitFor(() => log.asked === 1);
  log.end = 2; // written now, before the second caller asks
  log.read = 1;
  const second = watch.readToEnd();
  expect(await first).toBe(true);
  await waitFor(() => log.asked === 2);
  let answered = false;
  void second.then(() => (answered = true));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(answered).toBe(false);
  log.read = 2;
  expect(await second).toBe(true);
});

it('too many callers are told at once that it cannot be known', async () => {
  const { log, watch } = logOf();
  log.end = 1;
  const waiting = Array.from({ length: 1_000 }, () => watch.readToEnd());
  expect(await watch.readToEnd()).toBe(false);
  log.read = 1;
  expect((await Promise.all(waiting)).every(Boolean)).toBe(true);
});
