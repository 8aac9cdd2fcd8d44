import { Passage } from './passage.js';

describe('where the main reader was when', () => {
  const read = (...places: [at: number, position: number][]): Passage => {
    const passage = new Passage(0, 100);
    for (const [at, position] of places) passage.add(at, position, at - 2, 105);
    return passage;
  };

  it.each([
    ['before it began', -1, -1],
    ['at a time between two looks', 2, 104],
    ['now', 5, 112],
  ])('tells the position %s', (_, time, position) => {
    const passage = new Passage(0, 100);
    for (const [at, to] of [
      [1, 104],
      [3, 108],
      [5, 112],
    ])
      passage.add(at, to, 0, 100);
    expect(passage.positionAt(time)).toBe(position);
  });

  it('tells the last time at which nothing from a position on had been read', () => {
    const passage = read([1, 104], [2, 105], [3, 107], [4, 120]);
    expect([105, 106, 107, 119, 500].map((position) => passage.timeBefore(position))).toEqual([
      2, 2, 3, 3, 4,
    ]);
  });

  it('forgets what nobody asks for', () => {
    const passage = read([1, 104], [2, 105], [3, 107], [4, 120]);
    expect([passage.positionAt(1), passage.positionAt(2)]).toEqual([-1, 105]);
  });
});
