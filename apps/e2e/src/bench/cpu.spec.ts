import { parseStat } from './cpu.js';

it('reads the times of a process whose name holds brackets and blanks', () => {
  const fields = ['S', '17', ...Array<string>(9).fill('0'), '120', '30', '7', '3', '20', '0'];
  expect(parseStat(`4711 (node (worker) 1) ${fields.join(' ')}`)).toEqual({
    parent: 17,
    cpuUs: 1_500_000,
    reapedUs: 100_000,
  });
});
