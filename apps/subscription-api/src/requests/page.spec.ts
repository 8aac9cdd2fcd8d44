import { AppError, pageCursor } from '@posthorn/runtime';
import { byAge, pageOfWhole, readPage } from './page.js';

const item = (id: string, createdAt = '2026-01-01T00:00:00.000Z') => ({ id, createdAt });
const all = [
  item('c'),
  item('a'),
  item('d', '2026-01-02T00:00:00.000Z'),
  item('b', '2025-01-01T00:00:00.000Z'),
];
const read = (list: typeof all, query: object) => pageOfWhole(list, query, byAge, ({ id }) => id);

it('reads a list that is there as a whole page by page, in the order of age', () => {
  expect(read(all, {})).toEqual({ items: ['b', 'a', 'c', 'd'], nextCursor: null });
  const first = read(all, { limit: '3' });
  expect(first.items).toEqual(['b', 'a', 'c']);
  expect(read(all, { limit: '3', cursor: first.nextCursor })).toEqual({ items: ['d'], nextCursor: null });
});

it('goes on where it was when what it stood at is gone, and something came', () => {
  const { nextCursor } = read(all, { limit: '2' });
  const meanwhile = [...all.filter(({ id }) => id !== 'a'), item('e', '2026-01-03T00:00:00.000Z')];
  expect(read(meanwhile, { cursor: nextCursor }).items).toEqual(['c', 'd', 'e']);
});

it('gives 200 at once, and no more, and refuses what is none of its places', () => {
  const many = Array.from({ length: 250 }, (_, n) => item(String(n).padStart(3, '0')));
  const { items, nextCursor } = read(many, {});
  expect([items.length, read(many, { cursor: nextCursor }).items.length]).toEqual([200, 50]);
  for (const query of [{ limit: '201' }, { limit: '0' }, { cursor: 'no place' }, { cursor: 'WzFd' }])
    expect(() => read(many, query)).toThrow(AppError);
});

describe('a place in a list by time', () => {
  const cursor = (...place: unknown[]): string => pageCursor(place);

  it.each(['2026-01-31', '2026-04-30', '2028-02-29', '2026-12-31', '2026-10-01'])('may be on %s', (day) => {
    const at = `${day}T23:59:59.999Z`;
    expect(readPage({ cursor: cursor(at, 'a') }).after).toEqual({ at, id: 'a' });
  });

  it.each([
    ['a day that there is not', cursor('2026-02-29T00:00:00.000Z', '')],
    ['an hour that there is not', cursor('2026-01-01T24:00:00.000Z', '')],
    ['a year that no database holds', cursor('+275760-01-01T00:00:00.000Z', '')],
    ['another way to write it', cursor('2026-01-01', '')],
    ['a number', cursor(1, '')],
    ['an id that no database holds', cursor('2026-01-01T00:00:00.000Z', '\0')],
  ])('is not %s', (_, text) => {
    expect(() => readPage({ cursor: text })).toThrow(AppError);
  });
});
