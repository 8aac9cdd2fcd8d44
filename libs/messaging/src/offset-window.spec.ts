import fc from 'fast-check';
import { OffsetWindow } from './offset-window.js';

/** The same rules with a plain map and set, nothing clever. */
class NaiveWindow {
  readonly holders = new Map<number, number>();
  constructor(
    public position: number,
    readonly loaded: Set<number>,
  ) {}
  open(offset: number, count: number) {
    this.holders.set(offset, count);
    this.position = offset + 1;
  }
  add(offset: number, count: number) {
    this.holders.set(offset, (this.holders.get(offset) ?? 0) + count);
  }
  settle(offset: number) {
    const left = (this.holders.get(offset) ?? 0) - 1;
    if (left > 0) this.holders.set(offset, left);
    else this.holders.delete(offset);
  }
  get next() {
    return Math.min(this.position, ...this.holders.keys());
  }
  isSettled(offset: number) {
    return offset < this.position ? !this.holders.has(offset) : this.loaded.has(offset);
  }
}

function expectSame(window: OffsetWindow, naive: NaiveWindow, until: number) {
  expect([window.next, window.position, window.openCount, window.size]).toEqual([
    naive.next,
    naive.position,
    naive.holders.size,
    naive.position - naive.next,
  ]);
  for (let offset = naive.next - 3; offset < until; offset++) {
    if (window.isSettled(offset) !== naive.isSettled(offset)) throw new Error(`${offset} differs`);
  }
}

/** One step: what to do, and two numbers whose meaning depends on it. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('open', 'open', 'settle', 'settle', 'add', 'advance', 'restart'),
    pick: fc.nat({ max: 10_000 }),
    amount: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 120 },
);

it('agrees with a naive implementation, also across snapshots', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 7, 2 ** 31 - 5, 2 ** 40), steps, (start, todo) => {
      let window = new OffsetWindow({ next: start, capacity: 10 });
      let naive = new NaiveWindow(start, new Set());
      for (const { kind, pick, amount } of todo) {
        const open = [...naive.holders.keys()];
        const chosen = open[pick % Math.max(open.length, 1)];
        if (kind === 'open') {
          // Now and then a gap, and rarely one larger than the ring.
          const offset = naive.position + (pick % 7 === 0 ? pick % 3_000 : 0);
          window.open(offset, amount);
          naive.open(offset, amount);
        } else if (kind === 'advance') {
          window.advance(naive.position + amount - 2);
          naive.position = Math.max(naive.position, naive.position + amount - 2);
        } else if (kind === 'restart') {
          const { next, bitmap } = window.snapshot();
          const reached = Math.max(naive.position, ...[...naive.loaded].map((offset) => offset + 1));
          const settled = new Set<number>();
          for (let o = next; o < reached; o++) if (naive.isSettled(o)) settled.add(o);
          expect(next).toBe(naive.next);
          window = new OffsetWindow({ next, capacity: 10, settledBeyond: bitmap });
          naive = new NaiveWindow(next, settled);
          expect(window.loadedEnd).toBe(settled.size === 0 ? 0 : Math.max(...settled) + 1);
          expect(bitmap === '').toBe(settled.size === 0);
        } else if (chosen !== undefined && kind === 'add') {
          window.add(chosen, amount);
          naive.add(chosen, amount);
        } else if (chosen !== undefined && kind === 'settle') {
          window.settle(chosen);
          naive.settle(chosen);
        }
        expectSame(window, naive, naive.next + 200);
      }
      expectSame(window, naive, naive.position + 200);
    }),
    { numRuns: 300 },
  );
});

it.each([
  ['settling what was never opened', (w: OffsetWindow) => w.settle(12)],
  ['settling twice', (w: OffsetWindow) => [w.settle(10), w.settle(10)]],
  ['settling below the window', (w: OffsetWindow) => w.settle(3)],
  ['settling beyond the position', (w: OffsetWindow) => w.settle(99)],
  ['opening below the position', (w: OffsetWindow) => w.open(11)],
  ['opening with nobody to settle it', (w: OffsetWindow) => w.open(20, 0)],
  ['opening what is no number', (w: OffsetWindow) => w.open(NaN)],
  ['a holder for what is not open', (w: OffsetWindow) => w.add(9, 1)],
  ['more holders than it can count', (w: OffsetWindow) => w.add(10, 65_535)],
  ['a gap that only a lost log can make', (w: OffsetWindow) => w.advance(2 ** 27)],
])('refuses %s', (_, misuse) => {
  const window = new OffsetWindow({ next: 10, capacity: 100 });
  window.open(10);
  window.open(11);
  expect(() => misuse(window)).toThrow(RangeError);
});

it('waits for the last holder, and for the first offset', () => {
  const window = new OffsetWindow({ next: 5, capacity: 2 });
  window.open(5, 2);
  expect(window.isFull).toBe(false);
  window.open(6);
  expect(window.isFull).toBe(true);
  window.settle(6);
  window.settle(5);
  expect(window.next).toBe(5);
  window.settle(5);
  expect([window.next, window.isFull]).toEqual([7, false]);
});

it('keeps what was settled before it was read again', () => {
  const before = new OffsetWindow({ next: 100, capacity: 100 });
  for (let offset = 100; offset < 110; offset++) before.open(offset);
  before.settle(105);
  const window = new OffsetWindow({ next: 100, capacity: 100, settledBeyond: before.snapshot().bitmap });
  expect([window.loadedEnd, window.isSettled(105), window.isSettled(104)]).toEqual([106, true, false]);
  window.open(100);
  window.open(101);
  // The reader stands at 102: a second crash must still know of 105.
  const again = new OffsetWindow({ next: 100, capacity: 100, settledBeyond: window.snapshot().bitmap });
  expect(again.isSettled(105)).toBe(true);
});
