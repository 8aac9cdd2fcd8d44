import { backoffMs, delay, repeated, settledWithin } from './waiting.js';

it('waits 50 ms at first and half a second at most', () => {
  expect([0, 1, 2, 3, 4, 5, 1_000].map(backoffMs)).toEqual([50, 50, 100, 200, 400, 500, 500]);
});

it('ends a wait when it is told to', async () => {
  const stopping = new AbortController();
  const waiting = delay(60_000, stopping.signal);
  stopping.abort();
  await waiting;
  await delay(60_000, stopping.signal);
});

it('says whether something settled in time, well or badly', async () => {
  expect(await settledWithin(1_000, Promise.reject(new Error('x')))).toBe(true);
  expect(await settledWithin(1_000, Promise.resolve())).toBe(true);
  expect(await settledWithin(5, new Promise(() => undefined))).toBe(false);
});

it('repeats until it works, is not worth it, or takes too long', async () => {
  let tries = 0;
  const work = async () => {
    if (++tries < 3) throw new Error(`try ${tries}`);
    return tries;
  };
  expect(await repeated(10_000, work)).toBe(3);
  const failing = async () => {
    tries++;
    throw new Error('never');
  };
  tries = 0;
  await expect(repeated(10_000, failing, () => false)).rejects.toThrow('never');
  expect(tries).toBe(1);
  await expect(repeated(120, failing)).rejects.toThrow('never');
  expect(tries).toBe(3);
});
