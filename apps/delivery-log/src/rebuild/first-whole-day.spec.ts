import { dayMs } from '../day-partitions.js';
import { firstWholeDay, type LogStart, type RowsStart } from './first-whole-day.js';

const noon = (day: number): number => day * dayMs + dayMs / 2;
const log = (low: number, day: number): LogStart => ({
  low,
  first: { appendedMs: noon(day) + 30_000, toldMs: noon(day) },
});
const empty = (low: number): LogStart => ({ low, first: undefined });
const rows = (day: number, lastDay: number): RowsStart => ({ firstMs: noon(day), lastDay });

it.each<[string, LogStart[], (RowsStart | undefined)[], number]>([
  ['a new log', [empty(0), empty(0)], [], 0],
  ['the log has all of it', [log(0, 20), empty(0)], [rows(20, 25)], 0],
  [
    'it began while another attempt was under way',
    [log(0, 20)],
    [{ firstMs: noon(20) - 60_000, lastDay: 25 }],
    0,
  ],
  ['retention has been through the tables', [log(0, 20)], [rows(22, 25)], 0],
  ['the log is there, the tables are not', [log(0, 20)], [], 0],
  ['a part has expired', [log(7, 20), log(0, 19)], [rows(1, 25), rows(19, 25)], 21],
  [
    'all of a partition has expired, the others are young',
    [empty(7), log(0, 19)],
    [rows(1, 4), rows(19, 25)],
    5,
  ],
  ['all has expired, and nothing is stored of it', [empty(7), log(0, 19)], [undefined, rows(19, 25)], 0],
  ['the log was made anew', [log(0, 20), log(0, 22)], [rows(1, 25), rows(22, 25)], 21],
  [
    'made anew in the middle of the first day',
    [log(0, 20)],
    [{ firstMs: noon(20) - 3_600_000, lastDay: 25 }],
    21,
  ],
  ['made anew, and nothing told since', [empty(0), log(0, 22)], [rows(1, 20), rows(22, 25)], 21],
  ['made anew with fewer partitions', [log(0, 20)], [rows(20, 25), rows(1, 17)], 18],
])('%s', (_what, starts, stored, day) => {
  const stand = new Map(stored.flatMap((each, partition) => (each ? [[partition, each] as const] : [])));
  expect(firstWholeDay(new Map(starts.entries()), stand)).toBe(day);
});
