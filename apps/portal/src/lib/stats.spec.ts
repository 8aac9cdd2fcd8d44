import type { StatsItem } from '../api/types';
import { statsAgainMs } from './stats';

const nowMs = Date.parse('2026-01-01T10:00:40Z');
const counts = (delivered: number, failed = 0) => ({
  items: [{ at: '2026-01-01T10:00:00Z', delivered, failed, attempts: 9 } as StatsItem],
});
const ended = (status: string, s: number) => ({ status, finishedAt: `2026-01-01T10:00:${s}Z` });
const open = { status: 'waiting', finishedAt: null };

it.each([
  ['nothing was answered yet', undefined, [ended('delivered', 30)], 1_000],
  ['a row is not counted yet', counts(0), [ended('delivered', 30)], 1_000],
  ['one of two is not', counts(1), [ended('delivered', 30), ended('failed', 31)], 1_000],
  ['all are counted', counts(1, 1), [ended('delivered', 30), ended('failed', 31)], 5_000],
  ['none has ended', counts(0), [open], 5_000],
  ['it was cancelled, which is not counted', counts(0), [ended('cancelled', 30)], 5_000],
  ['it ended too long ago to be waited for', counts(0), [ended('delivered', 10)], 5_000],
])('asks for numbers again when %s', (_, stats, rows, ms) => {
  expect(statsAgainMs(stats, rows, nowMs)).toBe(ms);
});
