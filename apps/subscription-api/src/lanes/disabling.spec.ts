import { disablingOf, type Evidence } from './disabling.js';

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = Date.UTC(2026, 3, 15, 10);
const limitMs = 5 * dayMs;
const subscription = {
  status: 'active' as const,
  statusChangedAt: new Date(nowMs - 30 * dayMs).toISOString(),
  profile: 'standard' as const,
  ordering: 'strict' as const,
};
const changed = (beforeMs: number) => ({ statusChangedAt: new Date(nowMs - beforeMs).toISOString() });
const failing = (...beforeMs: number[]): Evidence => ({
  cause: 'failing',
  failingSinceMs: beforeMs.map((ms) => nowMs - ms),
});
const gone = (beforeMs: number): Evidence => ({ cause: 'gone', atMs: nowMs - beforeMs });
const lanes = (count: number, beforeMs: number) => Array.from({ length: count }, () => beforeMs);

it.each<[string, object, Evidence, boolean]>([
  ['five days', {}, failing(limitMs), true],
  ['a moment less', {}, failing(limitMs - 1), false],
  ['one lane of several', {}, failing(1, limitMs, 2), true],
  ['nothing that fails', {}, failing(), false],
  // Who changes the status has the last word.
  ['since before it was switched on', changed(limitMs - 1), failing(limitMs + dayMs), false],
  ['for five days after it was switched on', changed(limitMs), failing(limitMs + dayMs), true],
  // Who is paused gets nothing that could succeed.
  ['paused', { status: 'paused' }, failing(limitMs), false],
  ['disabled already', { status: 'disabled' }, failing(limitMs), false],
  ['BRZ 365 goes on', { profile: 'brz365' }, failing(limitMs), false],
  ['Brutlers', { profile: 'brutlers', ordering: 'unordered' }, failing(limitMs), true],
  ['cloudevents', { profile: 'cloudevents', ordering: 'unordered' }, failing(limitMs), true],
  ['one entity of many', { ordering: 'per-entity' }, failing(...lanes(31, limitMs), 1, 2, 3), false],
  ['half of the entities', { ordering: 'per-entity' }, failing(1, ...lanes(32, limitMs)), true],
  ['gone', {}, gone(1), true],
  ['gone while it is paused', { status: 'paused' }, gone(1), true],
  ['gone, of BRZ 365', { profile: 'brz365' }, gone(1), true],
  ['gone before it was switched on', changed(1), gone(1), false],
  ['gone, and disabled already', { status: 'disabled' }, gone(1), false],
])('%s: %#', (_, more, evidence, expected) => {
  const verdict = disablingOf({ ...subscription, ...more }, evidence, { limitMs, nowMs });
  expect(verdict?.cause).toBe(expected ? evidence.cause : undefined);
});

it('leaves what fails alone where there is no limit, and what is gone not', () => {
  const without = { limitMs: 0, nowMs };
  expect(disablingOf(subscription, failing(100 * dayMs), without)).toBeUndefined();
  expect(disablingOf(subscription, gone(1), without)).toBeDefined();
});

it('says since when it counts', () => {
  const { reason } = disablingOf(subscription, failing(limitMs), { limitMs, nowMs })!;
  expect(reason).toBe('The receiver has been failing since 2026-04-10T10:00:00.000Z, without a success.');
});
