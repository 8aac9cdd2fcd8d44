import { KeyUseNotes } from './key-use-notes.js';

it('tells of each key once a minute', () => {
  const told: [string, number][] = [];
  const notes = new KeyUseNotes((...use) => void told.push(use));
  for (const atMs of [0, 1, 59_999, 60_000, 119_999]) notes.note('key_a', atMs);
  notes.note('key_b', 5);
  expect(told).toEqual([
    ['key_a', 0],
    ['key_a', 60_000],
    ['key_b', 5],
  ]);
});

it('remembers ten thousand keys', () => {
  let told = 0;
  const notes = new KeyUseNotes(() => void told++);
  for (let i = 0; i < 10_000; i++) notes.note(`key_${i}`, 0);
  notes.note('key_0', 1);
  expect(told).toBe(10_000);
  notes.note('one too many', 1);
  notes.note('key_0', 1);
  expect(told).toBe(10_002);
});
