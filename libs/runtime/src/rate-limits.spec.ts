import { jest } from '@jest/globals';
import { AppError } from './problem.js';
import { RateLimits } from './rate-limits.js';

let nowMs = 1_000;

beforeEach(() => void jest.spyOn(performance, 'now').mockImplementation(() => nowMs));
afterEach(() => jest.restoreAllMocks());

/** How many of so many are let in, and what the first one that is not is told. */
function letIn(times: number, take: () => void): { count: number; refusal?: AppError } {
  for (let count = 0; count < times; count++) {
    try {
      take();
    } catch (error) {
      return { count, refusal: error as AppError };
    }
  }
  return { count: times };
}

it('lets in so many a second over ten seconds, of each address and of each caller by itself', () => {
  const limits = new RateLimits({ perAddress: 3, perCaller: 2 });
  const first = letIn(50, () => limits.takeAddress('a'));
  expect(first.count).toBe(30);
  expect(first.refusal).toMatchObject({ code: 'too-many-requests', headers: { 'retry-after': '10' } });
  expect(letIn(50, () => limits.takeAddress('b')).count).toBe(30);
  expect(letIn(50, () => limits.takeCaller('a')).count).toBe(20);
  nowMs += 9_400;
  const late = letIn(1, () => limits.takeAddress('a'));
  expect([late.count, late.refusal?.headers]).toEqual([0, { 'retry-after': '1' }]);
  nowMs += 600;
  expect(letIn(50, () => limits.takeAddress('a')).count).toBe(30);
});

it('is no limit at zero', () => {
  const limits = new RateLimits({ perAddress: 0, perCaller: 0 });
  expect(letIn(5_000, () => limits.takeAddress('a')).count).toBe(5_000);
  expect(letIn(5_000, () => limits.takeCaller('a')).count).toBe(5_000);
});

it('keeps a bounded number of counts, however many addresses there are', () => {
  const limits = new RateLimits({ perAddress: 1, perCaller: 0 });
  const reached = letIn(200_000, () => limits.takeAddress(String(Math.random())));
  expect(reached.count).toBe(100_000 + 10);
});
