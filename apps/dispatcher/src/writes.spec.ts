import { Writes } from './writes.js';

it('writes windows when their time has come, and cursors with every one after five seconds', () => {
  const writes = new Writes(1_000);
  const windows: number[] = [];
  const cursors: number[] = [];
  for (let now = 10_000; now < 21_000; now += 100) {
    const due = writes.dueAt(now);
    if (due.windows) windows.push(now);
    if (due.cursors) cursors.push(now);
  }
  expect(windows).toEqual(Array.from({ length: 11 }, (_, i) => 10_000 + i * 1_000));
  expect(cursors).toEqual([10_000, 15_000, 20_000]);
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
