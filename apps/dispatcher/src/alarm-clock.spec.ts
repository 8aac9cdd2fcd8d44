import { jest } from '@jest/globals';
import { AlarmClock } from './alarm-clock.js';

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void jest.useRealTimers());

function clock() {
  const rung: string[] = [];
  return { rung, alarms: new AlarmClock<string>(Date.now, (value) => rung.push(`${value} ${Date.now()}`)) };
}

it('rings in order, at its instants, however far away they are', () => {
  const { rung, alarms } = clock();
  alarms.set(1_000_500, 'second');
  alarms.set(1_000_100, 'first');
  const month = 31 * 86_400_000;
  alarms.set(1_000_000 + month, 'last');
  jest.advanceTimersByTime(600);
  expect(rung).toEqual(['first 1000100', 'second 1000500']);
  jest.setSystemTime(1_000_000 + month);
  jest.advanceTimersByTime(1_000);
  expect(rung).toHaveLength(3);
});

it('waits no longer where the clock is set back', () => {
  const { rung, alarms } = clock();
  alarms.set(1_005_000, 'one');
  jest.advanceTimersByTime(2_000);
  jest.setSystemTime(Date.now() - 3_600_000);
  jest.advanceTimersByTime(2_000);
  expect(rung).toEqual([]);
  jest.advanceTimersByTime(3_000);
  expect(rung).toHaveLength(1);
});

it('rings no more once it was stopped', () => {
  const { rung, alarms } = clock();
  alarms.set(1_000_100, 'one');
  alarms.stop();
  jest.advanceTimersByTime(5_000);
  expect(rung).toEqual([]);
});
