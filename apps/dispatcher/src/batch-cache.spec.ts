import { BatchCache } from './batch-cache.js';

const batch = (from: number, count: number, bytes = 100) =>
  Array.from({ length: count }, (_, i) => ({
    offset: from + i,
    key: Buffer.from('tenant'),
    value: Buffer.alloc(bytes, from + i),
    headers: {},
    timestamp: 0,
  }));

it('finds the batch that a position is in, with what it held', () => {
  const cache = new BatchCache(100_000);
  cache.keep(3, 10, batch(10, 5), 20);
  expect(cache.find(3, 19)).toMatchObject({ from: 10, next: 20 });
  expect(cache.find(3, 12)?.records[2].value).toEqual(Buffer.alloc(100, 12));
  expect(cache.find(3, 20)).toBeUndefined();
  expect(cache.find(2, 12)).toBeUndefined();
});

it('keeps copies, not the fetch that they came in', () => {
  const cache = new BatchCache(100_000);
  const fetched = Buffer.alloc(1_000, 7);
  const [record] = batch(0, 1);
  cache.keep(0, 0, [{ ...record, value: fetched.subarray(10, 20) }], 1);
  const value = cache.find(0, 0)!.records[0].value!;
  expect(value).toEqual(Buffer.alloc(10, 7));
  expect(value.buffer).not.toBe(fetched.buffer);
});

it('lets go of what was used longest ago, and never holds more than its bound', () => {
  const cache = new BatchCache(5_000);
  for (let i = 0; i < 4; i++) cache.keep(i, 0, batch(0, 4), 4);
  expect(cache.find(0, 0)).toBeDefined();
  cache.keep(9, 0, batch(0, 4), 4);
  expect(cache.size).toBeLessThanOrEqual(5_000);
  expect(cache.find(1, 0)).toBeUndefined();
  expect(cache.find(0, 0)).toBeDefined();
  cache.forget(0);
  expect(cache.find(0, 0)).toBeUndefined();
  for (let i = 0; i < 100; i++) cache.keep(1, i * 4, batch(i * 4, 4), i * 4 + 4);
  expect(cache.size).toBeLessThanOrEqual(5_000);
});
