import { failingSince, sayHealth, toneOf } from './say-health';

const nowMs = Date.parse('2026-11-28T10:00:00Z');
const brz365 = { status: 'active', ordering: 'strict', retryPolicy: { attempts: 11 } };
const parked = {
  state: 'parked' as const,
  attempt: 3,
  nextAttemptAt: '2026-11-28T10:00:08Z',
  failingSince: null,
  waitingSince: null,
};

it('says how many attempts were made, when the next one comes, and what waits in order', () => {
  expect(sayHealth({ ...brz365, health: parked }, { nowMs, waiting: 1_204 })).toEqual([
    { key: 'say.parked', values: { attempt: 3, attempts: 11, in: '0:08' } },
    { key: 'say.waitsInOrder', values: { n: 1_204 } },
  ]);
});

it('says that an attempt is due when its time has come', () => {
  const [said] = sayHealth({ ...brz365, health: parked }, { nowMs: nowMs + 9_000 });
  expect(said).toEqual({ key: 'say.parkedNow', values: { attempt: 3, attempts: 11 } });
});

it.each([
  ['disabled', 'say.disabled'],
  ['paused', 'say.paused'],
  ['active', 'say.live'],
])('says what %s means', (status, key) => {
  expect(sayHealth({ ...brz365, status }, { nowMs })[0]?.key).toBe(key);
});

it.each([
  ['active', '2026-11-28T09:00:00Z'],
  ['paused', null],
  ['disabled', '2026-11-28T09:00:00Z'],
])('tells of one that is %s that it fails since %s', (status, since) => {
  const health = { ...parked, failingSince: '2026-11-28T09:00:00Z' };
  expect(failingSince({ status, health })).toBe(since);
});

it.each([
  [{ heads: 1, waiting: 0 }, { key: 'say.headAlone' }],
  [{ heads: 1, waiting: 1 }, { key: 'say.headAndOne' }],
  [
    { heads: 1, waiting: 3 },
    { key: 'say.headInOrder', values: { n: 3 } },
  ],
  [
    { heads: 2, waiting: 3 },
    { key: 'say.heads', values: { heads: 2, n: 3 } },
  ],
])('says of %j what is retried and what waits behind it', (open, said) => {
  expect(sayHealth({ ...brz365, health: parked }, { nowMs, ...open })[1]).toEqual(said);
});

it.each([
  ['active', 'live', {}, 'good'],
  ['active', 'live', { isUnused: true }, 'neutral'],
  ['active', 'behind', {}, 'neutral'],
  ['active', 'live', { isRetrying: true }, 'bad'],
  ['active', 'parked', { isUnused: true }, 'bad'],
  ['paused', 'live', { isUnused: true }, 'bad'],
] as const)('one that is %s and %s, %j, is %s news', (status, state, known, tone) => {
  const subject = { status, health: { ...parked, state } };
  expect(toneOf(subject, { isRetrying: false, isUnused: false, ...known })).toBe(tone);
});

it('promises no order where there is none', () => {
  const subject = { ...brz365, ordering: 'unordered', retryPolicy: { delaysMs: [1, 2] } };
  expect(sayHealth(subject, { nowMs, waiting: 2 })[1]?.key).toBe('say.waitsSome');
  expect(sayHealth(subject, { nowMs, heads: 1, waiting: 2 })[1]?.key).toBe('say.headAndSome');
  expect(sayHealth(subject, { nowMs, waiting: 1 })[1]?.key).toBe('say.waitsOne');
});
