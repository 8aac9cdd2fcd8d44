import { Writes } from './writes.js';

it('writes windows when their time has come, and cursors with one a second at most', () => {
  const writes = new Writes(500);
  const windows: number[] = [];
  const cursors: number[] = [];
  for (let now = 10_000; now < 12_500; now += 100) {
    const due = writes.dueAt(now);
    if (due.windows) windows.push(now);
    if (due.cursors) cursors.push(now);
  }
  expect(windows).toEqual([10_000, 10_500, 11_000, 11_500, 12_000]);
  expect(cursors).toEqual([10_000, 11_000, 12_000]);
});

it('writes cursors with the windows where these are seldom', () => {
  const writes = new Writes(10_000);
  const due = [10_000, 15_000, 20_000].map((now) => writes.dueAt(now));
  expect(due.map(({ windows, cursors }) => [windows, cursors])).toEqual([
    [true, true],
    [false, false],
    [true, true],
  ]);
});
