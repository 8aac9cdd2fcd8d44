import { base32 } from '@posthorn/domain';
import { createHash } from 'node:crypto';
import { DedupMap } from './dedup-map.js';

const idOf = (n: number): string => `evt_${base32(createHash('sha256').update(String(n)).digest(), 26)}`;
let now = 0;
const small = (): DedupMap => new DedupMap(() => now, { bytes: 4 * 1024 * 28, ageMs: 40_000 });

beforeEach(() => {
  now = 0;
});

/** Whether the id stands at a lower offset already. */
const isRepeat = (map: DedupMap, partition: number, id: string, offset: number, at = now): boolean =>
  map.firstOffset({ partition, id, offset, at }) < offset;

it('knows a repeat by its lower offset, and never takes reading again for one', () => {
  const map = small();
  expect(isRepeat(map, 1, idOf(1), 10)).toBe(false);
  expect(isRepeat(map, 1, idOf(1), 10)).toBe(false);
  expect(isRepeat(map, 1, idOf(1), 11)).toBe(true);
  expect(isRepeat(map, 2, idOf(1), 12)).toBe(false);
});

it('learns the first offset also when the later one was read first', () => {
  const map = small();
  expect(isRepeat(map, 1, idOf(1), 20)).toBe(false);
  expect(isRepeat(map, 1, idOf(1), 10)).toBe(false);
  expect(isRepeat(map, 1, idOf(1), 20)).toBe(true);
});

it('forgets the oldest generation, by age and by size, and stays within its bound', () => {
  const map = small();
  isRepeat(map, 0, idOf(-1), 0);
  now = 39_000;
  expect(isRepeat(map, 0, idOf(-1), 1)).toBe(true);
  for (let n = 0; n < 10 * map.entriesMax; n++) isRepeat(map, 0, idOf(n), n + 1);
  expect(map.size).toBeLessThanOrEqual(map.entriesMax + 4);
  expect(isRepeat(map, 0, idOf(-1), 1e6)).toBe(false);
  expect(isRepeat(map, 0, idOf(10 * map.entriesMax - 1), 1e6)).toBe(true);
});

it('tells 300,000 ids apart', () => {
  const map = new DedupMap(() => 0, { bytes: 64 * 1024 * 1024, ageMs: 1_000 });
  let repeats = 0;
  for (let n = 0; n < 300_000; n++) if (isRepeat(map, 3, idOf(n), n)) repeats++;
  expect(repeats).toBe(0);
});

it('takes an id that comes again after more than its age for another event', () => {
  const map = small();
  expect([isRepeat(map, 1, idOf(1), 10, 1_000), isRepeat(map, 1, idOf(1), 11, 42_000)]).toEqual([
    false,
    false,
  ]);
  // From there on it counts from the later one, while the first is still read as itself.
  expect([isRepeat(map, 1, idOf(1), 12, 60_000), isRepeat(map, 1, idOf(1), 10, 1_000)]).toEqual([
    true,
    false,
  ]);
});

it('asking without remembering changes nothing', () => {
  const map = small();
  isRepeat(map, 1, idOf(1), 20);
  expect(map.knownOffset({ partition: 1, id: idOf(1), offset: 10, at: 0 })).toBe(10);
  expect(isRepeat(map, 1, idOf(1), 20)).toBe(false);
  expect(map.knownOffset({ partition: 1, id: idOf(1), offset: 21, at: 0 })).toBe(20);
});

it('forgets what stood behind the end of a log that became shorter, in its partition', () => {
  const map = small();
  for (const partition of [1, 2]) isRepeat(map, partition, idOf(1), 10);
  isRepeat(map, 1, idOf(2), 9);
  map.forgetFrom(1, 10);
  expect([
    isRepeat(map, 1, idOf(1), 11),
    isRepeat(map, 2, idOf(1), 11),
    isRepeat(map, 1, idOf(2), 11),
  ]).toEqual([false, true, true]);
  expect(isRepeat(map, 1, idOf(1), 12)).toBe(true);
});
