import { type LaneView, type Waiting, waitReason } from './wait-reason.js';

const at = '2026-04-15T10:00:10.000Z';
const view = { retryPolicy: { delaysMs: Array.from({ length: 10 }, () => 1) }, ordering: 'strict' as const };
const unordered = { retryPolicy: { delaysMs: [1, 2, 3] }, ordering: 'unordered' as const };
const perEntity = { ...unordered, ordering: 'per-entity' as const };
const parkedAt5: LaneView = { kind: 'parked', cursor: 5, attempt: 4, dueAt: at, reason: 'failing' };
const tried: Waiting = { seq: 5, status: 'waiting', attempts: 4, nextAttemptAt: at };
const untried: Waiting = { seq: 9, status: 'pending', attempts: 0, nextAttemptAt: null };

describe('why a delivery waits', () => {
  it.each([
    { delivery: tried, lanes: [parkedAt5], view, is: `parked at attempt 4 of 11, next at ${at}` },
    {
      delivery: untried,
      lanes: [parkedAt5],
      view,
      is: `waits behind a delivery that is parked at attempt 4 of 11, next at ${at}`,
    },
    { delivery: { ...untried, seq: 3 }, lanes: [parkedAt5], view, is: 'waits for its turn' },
    {
      delivery: untried,
      lanes: [{ ...parkedAt5, reason: 'paused' }],
      view,
      is: 'the subscription is paused',
    },
    {
      delivery: untried,
      lanes: [{ ...parkedAt5, kind: 'behind' as const, dueAt: null }],
      view,
      is: 'the subscription is catching up with what waited',
    },
    {
      delivery: { ...tried, attempts: 2 },
      lanes: [],
      view: unordered,
      is: `attempt 2 of 4 failed, next at ${at}`,
    },
    {
      delivery: { ...tried, seq: 3, attempts: 2 },
      lanes: [parkedAt5],
      view: unordered,
      is: `attempt 2 of 4 failed, next at ${at}`,
    },
    { delivery: untried, lanes: [], view: unordered, is: 'waits for its turn' },
    { delivery: untried, lanes: [parkedAt5], view: perEntity, is: 'waits for its turn' },
    { delivery: tried, lanes: [parkedAt5], view: perEntity, is: `parked at attempt 4 of 4, next at ${at}` },
    { delivery: tried, lanes: [], view: undefined, is: `attempt 4 failed, next at ${at}` },
  ])('$is (%#)', ({ delivery, lanes, view: given, is }) => {
    expect(waitReason(delivery, lanes, given)).toBe(is);
  });
});
