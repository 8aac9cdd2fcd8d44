import { Lane } from './lane.js';

const effects = {
  release: () => undefined,
  position: () => 10,
  dirty: () => undefined,
  buffered: () => undefined,
};
const settings = { ordered: false, inFlightMax: 4, eventsMax: 10, bytesMax: 1_000, breakerFailures: 10 };

it('says that it goes on at once when a pause is lifted whose record is still being written', () => {
  const lane = new Lane<string>(settings, effects);
  expect(lane.parkedUntil).toBeUndefined();
  lane.pause(7e12);
  expect(lane.takeRecord()).toMatchObject({ kind: 'parked', dueAt: 7e12, reason: 'paused' });
  expect(lane.parkedUntil).toBe(7e12);
  lane.resume();
  expect([lane.state, lane.parkedUntil]).toEqual(['parked', 0]);
  lane.recordAcknowledged();
  expect([lane.state, lane.parkedUntil]).toEqual(['behind', undefined]);
});

const policy = { delaysMs: [5_000, 60_000] };
const failure = { now: 1_000, random: 0.5, retryAfterMs: 0, gone: false, overload: false };

/** A lane of which a record BEHIND from 0 on is durable, with three events of its backlog in memory. */
function catchingUp(over: Partial<typeof settings> = {}): { lane: Lane<string>; released: number[] } {
  const released: number[] = [];
  const release = (seq: number): void => void released.push(seq);
  const loaded = { kind: 'behind' as const, cursor: 7, attempt: 0, failingSince: null };
  const lane = new Lane<string>({ ...settings, ...over }, { ...effects, release }, loaded);
  for (const seq of [7, 8, 9]) lane.feed(seq, 'event', 10);
  lane.fedUpTo(10, 0);
  return { lane, released };
}

describe('a lane that is about to hand over', () => {
  it('goes BEHIND again when what the window waits for takes too long, and lets it go', () => {
    const { lane, released } = catchingUp();
    expect(lane.offer(10, 'live', 10)).toBe(true);
    expect(lane.oldestHeld).toBe(10);
    lane.lag();
    expect(lane.takeRecord()).toMatchObject({ kind: 'behind', cursor: 7 });
    expect(released).toEqual([]);
    lane.recordAcknowledged();
    expect([released, lane.oldestHeld]).toEqual([[10], undefined]);
  });

  it('stays where it is while the window waits for nothing of it', () => {
    const { lane } = catchingUp();
    lane.lag();
    expect([lane.oldestHeld, lane.takeRecord()]).toEqual([undefined, undefined]);
  });
});

it('that drains lets go what the window waits for, though one of its requests hangs', () => {
  const released: number[] = [];
  const release = (seq: number): void => void released.push(seq);
  const world = { ...effects, release, position: () => 14 };
  const lane = new Lane<string>({ ...settings, breakerFailures: 2 }, world);
  for (const seq of [10, 11, 12, 13]) lane.offer(seq, 'event', 10);
  const [hangs, ...failing] = [lane.start(), lane.start(), lane.start()];
  for (const item of failing) {
    lane.failed(item, policy, failure);
    lane.recorded(item);
  }
  expect([lane.state, lane.offer(14, 'event', 10), released]).toEqual(['parked', true, [11, 12]]);
  lane.lag();
  expect(lane.takeRecord()).toMatchObject({ kind: 'behind', cursor: 10, attempt: 0 });
  lane.recordAcknowledged();
  expect([[...released].sort((a, b) => a - b), lane.offer(15, 'event', 10)]).toEqual([
    [10, 11, 12, 13, 14],
    false,
  ]);
  lane.finished(hangs, true);
  lane.recorded(hangs);
  expect(lane.takeRecord()).toMatchObject({ kind: 'parked', cursor: 13, reason: 'breaker' });
});

describe('a skip', () => {
  it('passes over the event it was given for, and no other one in its place', () => {
    const loaded = { kind: 'parked' as const, cursor: 3, attempt: 1, dueAt: 0, failingSince: 0 };
    const parked = { ...loaded, reason: 'failing' as const, gone: false };
    const start = (seq: number): boolean => {
      const lane = new Lane<string>({ ...settings, ordered: true }, effects, parked);
      lane.skip();
      lane.feed(seq, 'event', 1);
      // The cursor may have moved on by the time the next one starts.
      lane.fedUpTo(10, 0);
      return lane.takesSkip(lane.start());
    };
    expect([start(3), start(4)]).toEqual([true, false]);
  });
});

describe('single retries that fail', () => {
  it('count for the breaker', () => {
    const lane = new Lane<string>(settings, effects);
    for (let i = 0; i < 9; i++) lane.retryFailed(policy, failure);
    expect(lane.state).toBe('live');
    lane.retryFailed(policy, failure);
    expect(lane.takeRecord()).toMatchObject({
      kind: 'parked',
      reason: 'breaker',
      dueAt: 6_000,
      failingSince: 1_000,
    });
  });

  it('are a probe where the lane probes', () => {
    const parked = { kind: 'parked' as const, cursor: 10, attempt: 0, dueAt: 0, failingSince: 5 };
    const lane = new Lane<string>(settings, effects, { ...parked, reason: 'breaker', gone: false });
    lane.resume();
    lane.fedUpTo(10, 0);
    lane.retryFailed(policy, failure);
    expect(lane.takeRecord()).toMatchObject({ kind: 'parked', dueAt: 6_000, failingSince: 5 });
  });

  it.each([true, false])('with 410 park the lane, which says so (ordered: %s)', (ordered) => {
    const lane = new Lane<string>({ ...settings, ordered }, effects);
    lane.retryFailed(policy, { ...failure, gone: true });
    expect(lane.takeRecord()).toMatchObject({ kind: 'parked', gone: true });
  });

  it('with 410 are heard where the lane is parked already', () => {
    const lane = new Lane<string>(settings, effects);
    lane.pause(7e12);
    lane.takeRecord();
    lane.recordAcknowledged();
    lane.retryFailed(policy, { ...failure, gone: true });
    expect(lane.takeRecord()).toMatchObject({ kind: 'parked', reason: 'paused', dueAt: 7e12, gone: true });
  });
});

describe('410 to the last attempt of an event', () => {
  it.each([
    ['a strict lane', { ordered: true }, {}],
    ['a lane without order', {}, {}],
    ['a strict lane that has waited for it', { ordered: true }, { attempt: 2, failingSince: 5 }],
    ['a lane without order that probes', {}, { attempt: 2, failingSince: 5 }],
  ])('parks %s at the next event, and says so', (_, over, waited) => {
    const loaded = { kind: 'behind' as const, cursor: 7, attempt: 0, failingSince: null, ...waited };
    const lane = new Lane<string>({ ...settings, ...over }, effects, loaded);
    for (const seq of [7, 8]) lane.feed(seq, 'event', 10);
    const item = lane.start();
    const answer = lane.failed(item, { delaysMs: [] }, { ...failure, gone: true });
    expect(answer).toEqual({ kind: 'exhausted' });
    lane.recorded(item);
    expect(lane.takeRecord()).toMatchObject({ kind: 'parked', cursor: 8, attempt: 0, gone: true });
  });
});

it('accounts for an event until it is over, not only until it is sent', () => {
  const account = { held: 0, fed: 0 };
  const buffered = (_: string, bytes: number, held: boolean): void =>
    void (account[held ? 'held' : 'fed'] += bytes);
  const lane = new Lane<string>(settings, { ...effects, buffered });
  lane.offer(10, 'event', 30);
  const item = lane.start();
  expect(account).toEqual({ held: 30, fed: 0 });
  // From BEHIND on it is no longer the window that waits for it.
  lane.lag();
  lane.takeRecord();
  lane.recordAcknowledged();
  expect(account).toEqual({ held: 0, fed: 30 });
  lane.finished(item, true);
  expect(account).toEqual({ held: 0, fed: 0 });
});

it('says which events may still be asked for', () => {
  const { lane } = catchingUp({ ordered: true });
  expect(lane.lowest).toBe(7);
  const item = lane.start();
  lane.failed(item, policy, failure);
  expect([lane.state, lane.lowest, lane.hasTried(7), lane.hasTried(8)]).toEqual(['parked', 7, true, false]);
  expect(new Lane<string>(settings, effects).lowest).toBe(10);
});

it.each([
  ['when it is due, as soon as one event is over', 1, true, 'behind'],
  ['not for fewer than a thousand events between them', 999, false, undefined],
  ['every thousand events between them', 1_000, false, 'behind'],
  ['not where nothing is over', 0, true, undefined],
])('writes the cursor of a lane that catches up %s', (_, over, due, kind) => {
  const loaded = { kind: 'behind' as const, cursor: 0, attempt: 0, failingSince: null };
  const lane = new Lane<string>(
    { ...settings, eventsMax: 2_000 },
    { ...effects, position: () => 9_000 },
    loaded,
  );
  for (let seq = 0; seq < over; seq++) {
    lane.feed(seq, 'event', 0);
    const item = lane.start();
    lane.finished(item, true);
    lane.recorded(item);
  }
  lane.checkpoint(due);
  expect(lane.takeRecord()?.kind).toBe(kind);
});

it('writes at once that a lane goes on which its record still calls parked', () => {
  const parked = { kind: 'parked' as const, cursor: 7, attempt: 1, dueAt: 0, failingSince: 0 };
  const lane = new Lane<string>(settings, effects, { ...parked, reason: 'failing', gone: false });
  lane.resume();
  lane.feed(7, 'event', 1);
  const item = lane.start();
  lane.checkpoint(false);
  expect(lane.takeRecord()).toBeUndefined();
  lane.finished(item, true);
  lane.recorded(item);
  lane.checkpoint(false);
  expect(lane.takeRecord()).toMatchObject({ kind: 'behind', cursor: 8, failingSince: null });
});
