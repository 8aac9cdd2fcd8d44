import { jest } from '@jest/globals';
import { TakeoverWatch } from './takeover-watch.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('says every ten seconds what a takeover waits for, until it ends', () => {
  const said: unknown[] = [];
  const watch = new TakeoverWatch((level, message, fields) => void said.push([level, message, fields]), 3);
  watch.step('reads cursors');
  jest.advanceTimersByTime(9_999);
  expect(said).toEqual([]);
  jest.advanceTimersByTime(1);
  watch.step('reads subscriptions');
  jest.advanceTimersByTime(10_000);
  watch.end();
  jest.advanceTimersByTime(60_000);
  const line = (doing: string, seconds: number) => [
    'warn',
    'takeover takes long',
    { partition: 3, doing, seconds },
  ];
  expect(said).toEqual([line('reads cursors', 10), line('reads subscriptions', 20)]);
  expect(jest.getTimerCount()).toBe(0);
});
