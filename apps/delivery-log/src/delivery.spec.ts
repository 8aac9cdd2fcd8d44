import type { AttemptMessage } from '@posthorn/contracts';
import { deliveryOf, type DeliveryState, isBetterRecord, mergeDelivery, statusOf } from './delivery.js';
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
const lastWord = attempt({ ...expired, outcome: 'delivered' });
const cancelled = attempt({
  attempt: 0,
  outcome: 'cancelled',
  final: true,
  status: undefined,
  startedAt: startMs + 80_000,
});
/** Sent after it was cancelled. */
const later = attempt({ attempt: 3, startedAt: startMs + 89_000, nextAttemptAt: startMs + 99_000 });
const repeatedSecond = attempt({ attempt: 2, status: 503, startedAt: startMs + 2_500 });

/** The day is found beside the record, and the same for all of a delivery. */
const stateOf = (record: AttemptMessage) => deliveryOf({ ...record, day: 20_000 });
const shown = (state: DeliveryState) => ({ ...state, ...statusOf(state) });

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
      name: 'tried again by an owner that had not heard of its delivery, and ended when it heard',
      records: [delivered({ attempt: 1 }), second, lastWord],
      is: { status: 'delivered', attempts: 2, nextAttemptAt: null, finishedAt: startMs + 90_025 },
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
      name: 'delivered, and failed for good when somebody had it sent again',
      records: [third, exhausted],
      is: { status: 'failed', attempts: 4, lastStatus: 500, finishedAt: startMs + 4_025 },
    },
    {
      name: 'delivered, and waiting again after somebody had it sent again',
      records: [delivered({ attempt: 1 }), second],
      is: { status: 'waiting', attempts: 2, nextAttemptAt: startMs + 12_000, finishedAt: null },
    },
    {
      name: 'failed for good, and delivered when somebody had it sent again',
      records: [first, attempt({ attempt: 2, final: true }), third],
      is: { status: 'delivered', attempts: 3, finishedAt: startMs + 3_025 },
    },
    {
      name: 'ended, and waiting again after somebody had it sent again',
      records: [first, cancelled, later],
      is: { status: 'waiting', attempts: 3, nextAttemptAt: startMs + 99_000, finishedAt: null },
    },
    {
      name: 'ended, sent again, and ended again',
      records: [first, cancelled, later, expired],
      is: { status: 'expired', attempts: 3, nextAttemptAt: null, finishedAt: startMs + 90_025 },
    },
    {
      name: 'ended twice: the later word counts',
      records: [first, expired, cancelled],
      is: { status: 'expired', attempts: 1, finishedAt: startMs + 90_025 },
    },
    {
      name: 'ended in the middle of an attempt, and sent again',
      records: [first, attempt({ attempt: 2, outcome: 'cancelled', final: true }), third],
      is: { status: 'delivered', attempts: 3 },
    },
    {
      name: 'delivered, though an order to send it again was cancelled',
      records: [first, delivered({ attempt: 2 }), cancelled],
      is: { status: 'delivered', attempts: 2, finishedAt: startMs + 2_025 },
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
      expect(shown([...order, ...order].map(stateOf).reduce(mergeDelivery))).toMatchObject(is);
    }
  });

  it('puts batches together as it puts single records together', () => {
    const records = [first, second, cancelled, repeatedSecond, later, expired].map(stateOf);
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
