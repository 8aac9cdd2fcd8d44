import { SeenIds } from './seen-ids.js';

let done: string[];
const work = (id: string) => () => done.push(id);
beforeEach(() => {
  done = [];
});

it('does the work of an id once', async () => {
  const seen = new SeenIds();
  expect(await seen.once('a', work('a'))).toBe('done');
  expect(await seen.once('a', work('a'))).toBe('repeat');
  expect(await seen.once('b', work('b'))).toBe('done');
  expect(done).toEqual(['a', 'b']);
});

it('does it again when it failed', async () => {
  const seen = new SeenIds();
  const failing = () => {
    throw new Error('database away');
  };
  await expect(seen.once('a', failing)).rejects.toThrow('database away');
  expect(await seen.once('a', work('a'))).toBe('done');
});

it('lets a repeat that comes meanwhile share the outcome', async () => {
  const seen = new SeenIds();
  let succeed = (): void => undefined;
  let fail = (_error: Error): void => undefined;
  const succeeding = new Promise<void>((resolve) => (succeed = resolve));
  const failing = new Promise<void>((_resolve, reject) => (fail = reject));
  const good = [seen.once('a', () => succeeding), seen.once('a', work('a'))];
  succeed();
  expect(await Promise.all(good)).toEqual(['done', 'repeat']);
  const bad = [seen.once('b', () => failing), seen.once('b', work('b'))];
  fail(new Error('no'));
  const states = (await Promise.allSettled(bad)).map(({ status }) => status);
  expect(states).toEqual(['rejected', 'rejected']);
  expect(done).toEqual([]);
});

it('keeps the newest ids only, and none beyond its time', async () => {
  let nowMs = 0;
  const seen = new SeenIds({ max: 2, ttlMs: 1_000, now: () => nowMs });
  for (const id of ['a', 'b', 'c']) await seen.once(id, work(id));
  expect(seen.size).toBe(2);
  expect(await seen.once('b', work('b'))).toBe('repeat');
  expect(await seen.once('a', work('a'))).toBe('done');
  nowMs = 1_000;
  expect(await seen.once('a', work('a'))).toBe('done');
  expect(seen.size).toBe(1);
});

it.each([{ max: 0 }, { ttlMs: 0 }, { max: NaN }])('refuses %j', (options) => {
  expect(() => new SeenIds(options)).toThrow(TypeError);
});
