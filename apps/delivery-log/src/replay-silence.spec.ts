import { Silence } from './replay-silence.js';

const maxMs = 60_000;
let now = 0;
let [end, next] = [100, 100];
const hearing = { end: () => Promise.resolve(end), next: () => Promise.resolve(next) };

async function looks(silence: Silence, told: string, untilMs: number, everyMs = 5_000): Promise<boolean> {
  let lasted = false;
  for (; now <= untilMs; now += everyMs) lasted = await silence.lasts('rpl_1', told, maxMs, hearing);
  return lasted;
}

beforeEach(() => {
  [now, end, next] = [0, 100, 100];
});

it('lasts when nothing was told for so long', async () => {
  const silence = new Silence(() => now);
  expect(await looks(silence, 'a', 59_000)).toBe(false);
  expect(await looks(silence, 'a', 60_000)).toBe(true);
});

it('begins again with everything that is told', async () => {
  const silence = new Silence(() => now);
  await looks(silence, 'a', 55_000);
  expect(await looks(silence, 'b', 100_000)).toBe(false);
  expect(await looks(silence, 'b', 125_000)).toBe(true);
});

it('does not count while nobody looked', async () => {
  const silence = new Silence(() => now);
  await looks(silence, 'a', 20_000);
  now += 3_600_000;
  const back = now;
  expect(await looks(silence, 'a', back + 55_000)).toBe(false);
  expect(await looks(silence, 'a', back + 60_000)).toBe(true);
});

it('is not believed before what had been told by then is read', async () => {
  const silence = new Silence(() => now);
  next = 40;
  expect(await looks(silence, 'a', 600_000)).toBe(false);
  // What has been told since then does not matter.
  [end, next] = [5_000, 90];
  expect(await looks(silence, 'a', 605_000)).toBe(true);
});
