import type { SubscriptionState } from './delivery-view.js';
import { refusalOf, type Retriable } from './retry-order.js';
import type { LaneView } from './wait-reason.js';

const nowMs = Date.UTC(2026, 3, 15, 10);
const dayMs = 24 * 60 * 60 * 1000;
const delivery: Retriable = {
  ...{ seq: 5, status: 'failed', replayId: null, wasOver: false, acceptedAtMs: nowMs - dayMs },
};
const waiting = { ...delivery, status: 'waiting' };
const pending = { ...delivery, status: 'pending' };
const parked: LaneView = { lane: '0', kind: 'parked', cursor: 5, attempt: 2, dueAt: null, reason: 'failing' };
const behind: LaneView = { ...parked, kind: 'behind' };

function subscription(view: object, ...lanes: LaneView[]): SubscriptionState {
  const whole = {
    name: '',
    url: '',
    profile: 'standard',
    ordering: 'unordered',
    status: 'active',
    timeoutMs: 1,
  };
  return {
    view: { ...whole, filter: { types: [] }, retryPolicy: { delaysMs: [] }, ...view },
    lanes,
  } as SubscriptionState;
}
const strict = { ordering: 'strict' };

it.each<[string, Retriable, SubscriptionState | undefined, RegExp | undefined]>([
  ['failed', delivery, subscription({}), undefined],
  ['delivered', { ...delivery, status: 'delivered' }, subscription({}), undefined],
  ['cancelled', { ...delivery, status: 'cancelled' }, subscription(strict), undefined],
  ['failed, while others wait', delivery, subscription(strict, { ...parked, cursor: 9 }), undefined],
  [
    'older than it may wait',
    { ...delivery, acceptedAtMs: nowMs - 7 * dayMs },
    subscription({}),
    /seven days/,
  ],
  ['of an event nobody knows', { ...delivery, acceptedAtMs: undefined }, subscription({}), /not known/],
  ['of a deleted subscription', delivery, subscription({ status: 'deleted' }), /deleted/],
  ['of a forgotten subscription', delivery, undefined, /deleted/],
  ['of a disabled subscription', delivery, subscription({ status: 'disabled' }), /enable it/],
  ['of a paused subscription', waiting, subscription({ status: 'paused' }), /resume it/],
  ['retried alone', waiting, subscription({}), undefined],
  ['retried alone, its lane parked', waiting, subscription({}, { ...parked, cursor: 6 }), undefined],
  ['the probe of the breaker', waiting, subscription({}, parked), /retry the subscription/],
  ['head of an ordered lane', waiting, subscription(strict, parked), /retry the subscription/],
  ['head of a lane by entity', waiting, subscription({ ordering: 'per-entity' }, parked), /retry the subsc/],
  ['in an ordered lane that goes on', waiting, subscription(strict, behind), /on its way/],
  // The attempt may be told before the lane.
  ['in an ordered lane nobody knows of', waiting, subscription(strict), /on its way/],
  [
    'tried again before',
    { ...waiting, wasOver: true },
    subscription(strict, { ...parked, cursor: 9 }),
    undefined,
  ],
  [
    'tried again before, a lane behind it',
    { ...waiting, wasOver: true },
    subscription(strict, parked),
    undefined,
  ],
  ['behind others', { ...pending, seq: 9 }, subscription(strict, parked), /retry the subscription/],
  ['new', pending, subscription({}), /on its way/],
  [
    'of a replay, in its lane',
    { ...waiting, replayId: 'rpl_1' },
    subscription(strict, { ...parked, lane: 'replay/rpl_1' }),
    /retry/,
  ],
  ['of a replay, elsewhere', { ...waiting, replayId: 'rpl_1' }, subscription({}, parked), undefined],
])('%s', (_, given, state, expected) => {
  const refusal = refusalOf(given, state, nowMs);
  if (expected) expect(refusal).toMatch(expected);
  else expect(refusal).toBeUndefined();
});
