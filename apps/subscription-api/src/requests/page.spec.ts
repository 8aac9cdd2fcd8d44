import { AppError } from '@posthorn/runtime';
import { byAge, pageOfWhole } from './page.js';

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
