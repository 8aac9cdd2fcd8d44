import type { AttemptMessage } from '@posthorn/contracts';
import { dayOf } from './day-partitions.js';
import { attemptKey, failuresOf } from './delivery-failed.js';
import { deliveryOf, mergeDelivery } from './delivery.js';
import { attempt, delivered, startMs } from './testing/builders.js';

const exhausted = attempt({ attempt: 4, final: true, nextAttemptAt: undefined });
const nowMs = startMs + 60_000;

/** What a batch of these records tells, the delivery having been told of by `before`. */
function told(records: AttemptMessage[], before: AttemptMessage[] = [], { listens = true, at = nowMs } = {}) {
  const day = dayOf(startMs);
  const state = [...before, ...records].map((record) => deliveryOf({ ...record, day })).reduce(mergeDelivery);
  const attempts = new Map(
    records.map((record) => ({ ...record, day })).map((record) => [attemptKey(record), record]),
  );
  return failuresOf(attempts, [state], () => listens, at);
}

it('tells that a delivery failed for good', () => {
  const [event, ...others] = told([exhausted]);
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    ...{ kind: 'event', type: 'posthorn.delivery.failed', tenantId: 'vendor-17', acceptedAt: nowMs },
    ...{ entity: { name: 'delivery', id: exhausted.deliveryId }, timestamp: '2026-04-15T10:00:04.025Z' },
  });
  expect(JSON.parse(event.data.toString())).toEqual({
    ...{
      deliveryId: exhausted.deliveryId,
      subscriptionId: 'sub_1',
      eventId: 'evt_1',
      eventType: 'order.created',
    },
    ...{
      attempts: 4,
      lastStatus: 500,
      lastError: null,
      url: 'https://receiver.example/hook',
      replayId: null,
    },
  });
});

it.each<[string, AttemptMessage[], AttemptMessage[]]>([
  ['waits', [attempt({})], []],
  ['is delivered', [delivered({ attempt: 4 })], []],
  ['ended otherwise', [attempt({ attempt: 4, outcome: 'cancelled', final: true })], []],
  ['was delivered by another owner', [exhausted], [delivered({ attempt: 4 })]],
  ['was tried again meanwhile', [exhausted], [attempt({ attempt: 5 })]],
  ['is of an operational event', [attempt({ ...exhausted, eventType: 'posthorn.delivery.failed' })], []],
])('tells nothing of one that %s', (_, records, before) => expect(told(records, before)).toEqual([]));

it('tells nobody who does not ask, and no old news', () => {
  expect(told([exhausted], [], { listens: false })).toEqual([]);
  expect(told([exhausted], [], { at: startMs + 25 * 60 * 60 * 1000 })).toEqual([]);
});

it('has one id for one failure, and another one for the next', () => {
  const ids = [
    told([exhausted]),
    told([{ ...exhausted, startedAt: exhausted.startedAt + 5 }], [exhausted]),
    told([{ ...exhausted, attempt: 5 }], [exhausted]),
  ].map(([event]) => event.id);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
});
