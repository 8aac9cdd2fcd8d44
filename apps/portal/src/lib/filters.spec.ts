import { instantOf, localOf } from './filters';

it('keeps a minute through the field and back', () => {
  const instant = new Date(2026, 10, 28, 9, 5).toISOString();
  expect(localOf(instant)).toBe('2026-11-28T09:05');
  expect(instantOf(localOf(instant))).toBe(instant);
});

it.each(['', 'soon'])('takes %j for no time', (text) => {
  expect(instantOf(text)).toBe('');
  expect(localOf(text)).toBe('');
});
