import { agoText, countdown, durationText, timeText, unbroken } from './time-text';

const now = Date.parse('2026-11-28T10:00:00.000Z');

it.each([
  ['2026-11-28T10:00:08.000Z', '0:08'],
  ['2026-11-28T10:00:07.100Z', '0:08'],
  ['2026-11-28T10:12:30.000Z', '12:30'],
  ['2026-11-28T12:05:00.000Z', '2:05:00'],
  ['2026-11-28T10:00:00.000Z', null],
  ['2026-11-28T09:59:00.000Z', null],
  ['no time', null],
])('counts down to %s as %s', (until, text) => {
  expect(countdown(until, now)).toBe(text);
});

it.each([
  ['2026-11-28T09:59:55.000Z', 'en', '5 seconds ago'],
  ['2026-11-28T09:55:00.000Z', 'de', 'vor 5 Minuten'],
  ['2026-11-26T10:00:00.000Z', 'en', '2 days ago'],
])('says when %s was in %s', (at, locale, text) => {
  expect(agoText(at, now, locale)).toBe(text);
});

it('writes times in UTC where that is wanted, and shows what is no time as it is', () => {
  expect(timeText('2026-11-28T10:05:09Z', { locale: 'de', isUtc: true })).toBe('28.11.2026, 10:05:09');
  const minute = { locale: 'de', isUtc: true, isMinute: true };
  expect(timeText('2026-11-28T10:05:00Z', minute)).toBe('28.11.2026, 10:05');
  expect(timeText('soon', { locale: 'de', isUtc: true })).toBe('soon');
});

it('writes short times in milliseconds and long ones in seconds', () => {
  expect(durationText(0.44, 'en')).toBe('0.4 ms');
  expect(durationText(3.62, 'en')).toBe('4 ms');
  expect(durationText(849.6, 'en')).toBe('850 ms');
  expect(durationText(1_240, 'de')).toBe('1,2 s');
});

it('breaks a time between its date and its clock only', () => {
  expect(unbroken('Nov 28, 2026, 10:05:09 PM UTC')).toBe('Nov\u00a028,\u00a02026, 10:05:09\u00a0PM\u00a0UTC');
  expect(unbroken('28.11.2026, 10:05:09')).toBe('28.11.2026, 10:05:09');
  expect(unbroken('soon')).toBe('soon');
});
