import { instantOf, isReversed, localOf } from './filters';

it('keeps a minute through the field and back', () => {
  const instant = new Date(2026, 10, 28, 9, 5).toISOString();
  expect(localOf(instant)).toBe('2026-11-28T09:05');
  expect(instantOf(localOf(instant))).toBe(instant);
});

it('means UTC where times are shown in UTC', () => {
  expect(localOf('2026-11-28T23:05:59.000Z', true)).toBe('2026-11-28T23:05');
  expect(instantOf('2026-11-28T23:05', true)).toBe('2026-11-28T23:05:00.000Z');
  expect([localOf('soon', true), instantOf('', true)]).toEqual(['', '']);
});

it.each(['', 'soon'])('takes %j for no time', (text) => {
  expect(instantOf(text)).toBe('');
  expect(localOf(text)).toBe('');
});

it.each([
  ['2026-11-28T10:00:00Z', '2026-11-28T10:00:00Z', true],
  ['2026-11-28T10:00:00Z', '2026-11-28T11:00:00+02:00', true],
  ['2026-11-28T10:00:00Z', '2026-11-28T10:01:00Z', false],
  ['', '2026-11-28T10:01:00Z', false],
])('from %s to %s nothing can be: %s', (from, to, reversed) => {
  expect(isReversed({ from, to })).toBe(reversed);
});
