import { deliveryOf, isBetterRecord, mergeDelivery } from './delivery.js';
import { attempt, delivered, startMs } from './testing/builders.js';

/** Every order in which the records can be told, each record up to twice. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

const first = attempt({ attempt: 1 });
const second = attempt({ attempt: 2, status: undefined, error: 'timeout' });
const third = delivered({ attempt: 3 });
const exhausted = attempt({ attempt: 4, final: true, nextAttemptAt: undefined });
const expired = attempt({
  attempt: 0,
  outcome: 'expired',
  final: true,
  status: undefined,
  startedAt: startMs + 90_000,
});
const cancelled = attempt({
  attempt: 0,
  outcome: 'cancelled',
  final: true,
  status: undefined,
  startedAt: startMs + 80_000,
});
const repeatedSecond = attempt({ attempt: 2, status: 503, startedAt: startMs + 2_500 });

describe('what records tell of a delivery', () => {
  it.each([
    {
      name: 'one failed attempt',
      records: [first],
      is: {
        status: 'waiting',
        attempts: 1,
        lastStatus: 500,
        nextAttemptAt: startMs + 11_000,
        finishedAt: null,
      },
    },
    {
      name: 'two failed attempts',
      records: [first, second],
      is: {
        status: 'waiting',
        attempts: 2,
        lastStatus: null,
        lastError: 'timeout',
        nextAttemptAt: startMs + 12_000,
      },
    },
    {
      name: 'delivered at last',
      records: [first, second, third],
      is: {
        status: 'delivered',
        attempts: 3,
        lastStatus: 200,
        nextAttemptAt: null,
        finishedAt: startMs + 3_025,
        firstAttemptAt: startMs + 1_000,
      },
    },
    {
      name: 'failed for good',
      records: [first, exhausted],
      is: { status: 'failed', attempts: 4, nextAttemptAt: null, finishedAt: startMs + 4_025 },
    },
    {
      name: 'delivered, and failed again at a second owner',
      records: [third, exhausted],
      is: { status: 'delivered', attempts: 4, lastStatus: 500, finishedAt: startMs + 3_025 },
    },
    {
      name: 'delivered, and tried again by a second owner',
      records: [delivered({ attempt: 1 }), second],
      is: { status: 'delivered', attempts: 2, nextAttemptAt: null },
    },
    {
      name: 'expired without an attempt',
      records: [expired],
      is: {
        status: 'expired',
        attempts: 0,
        firstAttemptAt: null,
        lastStatus: null,
        finishedAt: startMs + 90_025,
      },
    },
    {
      name: 'cancelled after attempts',
      records: [first, second, cancelled],
      is: { status: 'cancelled', attempts: 2, lastError: 'timeout', nextAttemptAt: null },
    },
    {
      name: 'an attempt that was sent by two owners',
      records: [first, second, repeatedSecond],
      is: { status: 'waiting', attempts: 2, lastStatus: null, lastError: 'timeout' },
    },
    {
      name: 'everything at once',
      records: [second, third, expired, cancelled],
      is: { status: 'delivered', attempts: 3 },
    },
  ])('$name, in every order and repeated', ({ records, is }) => {
    for (const order of orders(records)) {
      const merged = [...order, ...order].map(deliveryOf).reduce(mergeDelivery);
      expect(merged).toMatchObject(is);
    }
  });

  it('puts batches together as it puts single records together', () => {
    const records = [first, second, repeatedSecond, third, exhausted].map(deliveryOf);
    const expected = records.reduce(mergeDelivery);
    for (let cut = 1; cut < records.length; cut++) {
      const batches = [records.slice(0, cut), records.slice(cut)].map((batch) => batch.reduce(mergeDelivery));
      expect(mergeDelivery(batches[1]!, batches[0]!)).toEqual(expected);
    }
  });
});

describe('two records of one attempt', () => {
  it.each([
    {
      name: 'the accepted one',
      better: delivered({ attempt: 2, startedAt: startMs + 9_000 }),
      worse: second,
    },
    {
      name: 'the final one',
      better: attempt({ attempt: 2, final: true, startedAt: startMs + 9_000 }),
      worse: second,
    },
    { name: 'the earlier one', better: second, worse: repeatedSecond },
  ])('keeps $name', ({ better, worse }) => {
    expect(isBetterRecord(better, worse)).toBe(true);
    expect(isBetterRecord(worse, better)).toBe(false);
    expect(isBetterRecord(better, better)).toBe(false);
  });
});
