import { jest } from '@jest/globals';
import fc from 'fast-check';
import { Deadlines, Timed } from './deadlines.js';

class Entry extends Timed {
  firedAt: number | undefined;

  constructor(private readonly then: () => void = () => undefined) {
    super();
  }

  override onDeadline(): void {
    this.firedAt = performance.now();
    this.then();
  }
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const start = (deadlines: Deadlines, timeoutMs: number, then?: () => void): Entry => {
  const entry = new Entry(then);
  deadlines.add(entry, performance.now(), timeoutMs);
  return entry;
};

describe('Deadlines', () => {
  it('fires every entry once, never early and at most 10 ms late, whatever was removed meanwhile', () => {
    const step = fc.record({
      waitMs: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 5_000 })),
      timeoutMs: fc.oneof(
        fc.double({ min: 1, max: 300, noNaN: true }),
        fc.integer({ min: 1, max: 30_000 }),
        fc.integer({ min: 500_000, max: 700_000 }),
      ),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const deadlines = new Deadlines();
        const kept: Entry[] = [];
        for (const { waitMs, timeoutMs, remove } of steps) {
          jest.advanceTimersByTime(waitMs);
          const entry = start(deadlines, timeoutMs);
          if (remove) deadlines.remove(entry);
          else kept.push(entry);
          if (remove) expect(entry.linked).toBe(false);
        }
        jest.advanceTimersByTime(700_020);
        for (const entry of kept) {
          expect(entry.firedAt).toBeGreaterThanOrEqual(entry.deadlineAt);
          expect(entry.firedAt).toBeLessThanOrEqual(entry.deadlineAt + 10);
        }
        expect(deadlines.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('does not fire what was removed', () => {
    const deadlines = new Deadlines();
    const removed = start(deadlines, 50);
    const kept = start(deadlines, 50);
    deadlines.remove(removed);
    deadlines.remove(removed);
    jest.advanceTimersByTime(100);
    expect([removed.firedAt, kept.firedAt !== undefined]).toEqual([undefined, true]);
  });

  it('lets a deadline remove and add others', () => {
    const deadlines = new Deadlines();
    let added: Entry | undefined;
    const victim = start(deadlines, 50);
    start(deadlines, 20, () => {
      deadlines.remove(victim);
      added = start(deadlines, 30);
    });
    jest.advanceTimersByTime(100);
    expect(victim.firedAt).toBeUndefined();
    expect(added?.firedAt).toBeGreaterThanOrEqual(added?.deadlineAt ?? NaN);
    expect(deadlines.size).toBe(0);
  });

  it('has no timer when it is empty, and wakes a handful of times for one long deadline', () => {
    const wakes = jest.spyOn(globalThis, 'setTimeout');
    const deadlines = new Deadlines();
    expect(jest.getTimerCount()).toBe(0);
    start(deadlines, 15_000);
    jest.advanceTimersByTime(20_000);
    expect(wakes.mock.calls.length).toBeLessThanOrEqual(4);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('catches up after the process was stopped', () => {
    const deadlines = new Deadlines();
    const entries = [10, 3_000, 40_000].map((timeoutMs) => start(deadlines, timeoutMs));
    const stopped = performance.now() + 600_000;
    jest.spyOn(performance, 'now').mockReturnValue(stopped);
    jest.advanceTimersByTime(20);
    expect(entries.map(({ firedAt }) => firedAt)).toEqual([stopped, stopped, stopped]);
  });
});
