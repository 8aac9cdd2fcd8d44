import { type LaneView, type Waiting, waitOf } from './wait-reason.js';

const at = '2026-04-15T10:00:10.000Z';
const muchLater = '2026-04-15T10:05:00.000Z';
const view = { retryPolicy: { delaysMs: Array.from({ length: 10 }, () => 1) }, ordering: 'strict' as const };
const unordered = { retryPolicy: { delaysMs: [1, 2, 3] }, ordering: 'unordered' as const };
const perEntity = { ...unordered, ordering: 'per-entity' as const };
const parkedAt5: LaneView = {
  ...{ lane: '0', kind: 'parked', cursor: 5, attempt: 4, dueAt: at, reason: 'failing' },
};
const paused = { ...parkedAt5, dueAt: muchLater, reason: 'paused' };
const behind = { ...parkedAt5, kind: 'behind' as const, dueAt: null };
const tried: Waiting = {
  ...{ seq: 5, status: 'waiting', attempts: 4, nextAttemptAt: at, replayId: '', entityId: null },
};
const untried: Waiting = {
  ...{ seq: 9, status: 'pending', attempts: 0, nextAttemptAt: null, replayId: '', entityId: 'o1' },
};
/** Where the dispatcher puts the entity o1; computed by another program. */
const laneOfO1 = '35';

type Case = {
  delivery: Waiting;
  lanes: LaneView[];
  view: typeof view | typeof unordered | typeof perEntity | undefined;
  is: string;
  at: string | null;
};

/** What the words begin with, and what programs are told beside them. */
const codes: [said: string, code: string][] = [
  ['attempt ', 'retrying'],
  ['parked at ', 'parked'],
  ['waits behind ', 'behind-parked'],
  ['the subscription is paused', 'paused'],
  ['the subscription is catching up', 'catching-up'],
  ['waits for its turn', 'its-turn'],
];
const codeOf = (is: string) => codes.find(([said]) => is.startsWith(said))?.[1];

describe('why a delivery waits, and until when', () => {
  it.each<Case>([
    { delivery: tried, lanes: [parkedAt5], view, is: `parked at attempt 4 of 11, next at ${at}`, at },
    // The lane's word is newer than the attempt's: somebody may have ordered a retry, or lengthened it.
    {
      delivery: { ...tried, nextAttemptAt: muchLater },
      ...{ lanes: [parkedAt5], view, is: `parked at attempt 4 of 11, next at ${at}`, at },
    },
    {
      delivery: untried,
      ...{ lanes: [parkedAt5], view, at: null },
      is: `waits behind a delivery that is parked at attempt 4 of 11, next at ${at}`,
    },
    { delivery: { ...untried, seq: 3 }, lanes: [parkedAt5], view, is: 'waits for its turn', at: null },
    // The breaker parks at an event that has had no attempt.
    {
      delivery: { ...untried, seq: 5 },
      ...{ lanes: [{ ...parkedAt5, attempt: 0, reason: 'breaker' }], view: unordered },
      ...{ is: `parked at attempt 0 of 4, next at ${at}`, at },
    },
    { delivery: untried, lanes: [paused], view, is: 'the subscription is paused', at: null },
    { delivery: tried, lanes: [paused], view, is: 'the subscription is paused', at: null },
    {
      delivery: { ...tried, seq: 3 },
      ...{ lanes: [paused], view: unordered, is: 'the subscription is paused', at: null },
    },
    {
      delivery: untried,
      ...{ lanes: [behind], view, is: 'the subscription is catching up with what waited', at: null },
    },
    { delivery: { ...untried, seq: 3 }, lanes: [behind], view, is: 'waits for its turn', at: null },
    {
      delivery: { ...tried, attempts: 2 },
      ...{ lanes: [], view: unordered, is: `attempt 2 of 4 failed, next at ${at}`, at },
    },
    // What is retried alone waits with its lane.
    {
      delivery: { ...tried, seq: 3, attempts: 2, nextAttemptAt: at },
      ...{ lanes: [{ ...parkedAt5, dueAt: muchLater }], view: unordered },
      ...{ is: `attempt 2 of 4 failed, next at ${muchLater}`, at: muchLater },
    },
    {
      delivery: { ...tried, seq: 3, attempts: 2, nextAttemptAt: muchLater },
      ...{ lanes: [parkedAt5], view: unordered },
      ...{ is: `attempt 2 of 4 failed, next at ${muchLater}`, at: muchLater },
    },
    {
      delivery: { ...tried, seq: 7, attempts: 2 },
      ...{ lanes: [behind], view: unordered, is: `attempt 2 of 4 failed, next at ${at}`, at },
    },
    { delivery: untried, lanes: [], view: unordered, is: 'waits for its turn', at: null },
    // By entity: the head, who is in its lane, and who is in another one.
    {
      delivery: tried,
      lanes: [{ ...parkedAt5, lane: '17' }],
      ...{ view: perEntity, is: `parked at attempt 4 of 4, next at ${at}`, at },
    },
    {
      delivery: untried,
      lanes: [
        { ...parkedAt5, lane: '17', attempt: 3 },
        { ...parkedAt5, lane: laneOfO1 },
      ],
      ...{ view: perEntity, at: null },
      is: `waits behind a delivery that is parked at attempt 4 of 4, next at ${at}`,
    },
    {
      delivery: untried,
      lanes: [{ ...parkedAt5, lane: '17' }],
      ...{ view: perEntity, is: 'waits for its turn', at: null },
    },
    // A replay waits in its own lane.
    {
      delivery: { ...tried, replayId: 'rpl_1' },
      lanes: [
        { ...parkedAt5, attempt: 9 },
        { ...parkedAt5, lane: 'replay/rpl_1' },
      ],
      ...{ view, is: `parked at attempt 4 of 11, next at ${at}`, at },
    },
    {
      delivery: tried,
      lanes: [{ ...parkedAt5, lane: 'replay/rpl_1', attempt: 9 }],
      ...{ view, is: `attempt 4 of 11 failed, next at ${at}`, at },
    },
    { delivery: tried, lanes: [], view: undefined, is: `attempt 4 failed, next at ${at}`, at },
  ])('$is (%#)', ({ delivery, lanes, view: given, is, at: nextAttemptAt }) => {
    expect(waitOf(delivery, lanes, given)).toEqual({ code: codeOf(is), reason: is, nextAttemptAt });
  });
});
