import fc from 'fast-check';
import {
  attemptsOf,
  parseRetryAfterMs,
  retryAfterMaxMs,
  retryDelayMs,
  type RetryPolicy,
} from './retry-policy.js';

const listed: RetryPolicy = { delaysMs: [1_000, 10_000], jitter: 0.1 };
const plain: RetryPolicy = { delaysMs: [1_000, 10_000] };
const exponential: RetryPolicy = { baseMs: 100, factor: 3, maxMs: 2_000, attempts: 5, jitter: 0 };

describe('retryDelayMs', () => {
  it.each<[RetryPolicy, number, number, number, number | undefined]>([
    // policy, attempt, random, retryAfterMs → delay
    [plain, 1, 0.5, 0, 1_000],
    [plain, 2, 0.9, 0, 10_000],
    [plain, 3, 0.5, 0, undefined],
    [plain, 3, 0.5, 60_000, undefined],
    [{ delaysMs: [] }, 1, 0.5, 0, undefined],
    [listed, 1, 0, 0, 900],
    [listed, 1, 0.5, 0, 1_000],
    [listed, 2, 0.75, 0, 10_500],
    // Retry-After lengthens, never shortens, and has an end.
    [plain, 1, 0.5, 999, 1_000],
    [plain, 1, 0.5, 5_000, 5_000],
    [plain, 1, 0.5, 10 * retryAfterMaxMs, retryAfterMaxMs],
    [exponential, 1, 0.5, 0, 100],
    [exponential, 2, 0.5, 0, 300],
    [exponential, 3, 0.5, 0, 900],
    [exponential, 4, 0.5, 0, 2_000],
    [exponential, 5, 0.5, 0, undefined],
    [{ ...exponential, jitter: 0.5 }, 1, 0, 0, 50],
  ])(
    '%j after attempt %i, random %d, Retry-After %d: %s',
    (policy, attempt, random, retryAfterMs, delayMs) => {
      expect(retryDelayMs(policy, attempt, random, retryAfterMs)).toBe(delayMs);
    },
  );

  it('stays within its jitter for any chance', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const delayMs = retryDelayMs(listed, 2, random)!;
        expect(delayMs).toBeGreaterThanOrEqual(9_000);
        expect(delayMs).toBeLessThanOrEqual(11_000);
      }),
    );
  });
});

it.each<[RetryPolicy, number]>([
  [plain, 3],
  [{ delaysMs: [] }, 1],
  [exponential, 5],
])('%j has %i attempts', (policy, attempts) => {
  expect(attemptsOf(policy)).toBe(attempts);
});

describe('parseRetryAfterMs', () => {
  const nowMs = Date.parse('2026-04-15T10:00:00Z');

  it.each<[string | undefined, number]>([
    [undefined, 0],
    ['', 0],
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Wed, 15 Apr 2026 10:02:00 GMT', 120_000],
    ['Wednesday, 15-Apr-26 10:00:30 GMT', 30_000],
    // In the past, negative, fractions, words, another date format, a number nobody means.
    ['Wed, 15 Apr 2026 09:00:00 GMT', 0],
    ['-5', 0],
    ['1.5', 0],
    ['soon', 0],
    ['2026-04-15T10:02:00Z', 0],
    ['99999999999999999999', 0],
  ])('%j: %i', (header, expectedMs) => {
    expect(parseRetryAfterMs(header, nowMs)).toBe(expectedMs);
  });

  it('answers a usable number for any text', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const waitMs = parseRetryAfterMs(header, nowMs);
        expect(Number.isFinite(waitMs) && waitMs >= 0).toBe(true);
      }),
    );
  });
});
