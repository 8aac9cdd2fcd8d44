import type { Health } from '../lanes/health.js';
import { type OrderName, refusalOf } from './subscription-orders.js';
import type { SubscriptionStatus } from './subscription.js';

const health = (state: Health['state']): Health => ({
  ...{ state, attempt: 0, nextAttemptAt: null, failingSince: null, waitingSince: null },
});

it.each<[OrderName, SubscriptionStatus, Health['state'] | undefined, RegExp | undefined]>([
  ['retry', 'active', 'parked', undefined],
  ['skip', 'active', 'parked', undefined],
  ['retry', 'active', 'live', /nothing to retry: no lane of it is parked/],
  ['skip', 'active', 'live', /nothing to skip/],
  ['retry', 'active', 'behind', /catching up already/],
  ['skip', 'active', 'behind', /catching up already/],
  // Nobody knows yet: the owner will.
  ['retry', 'active', undefined, undefined],
  ['retry', 'paused', 'parked', /is paused: resume it/],
  ['skip', 'disabled', undefined, /is disabled: enable it/],
  ['pause', 'active', 'live', undefined],
  ['pause', 'paused', 'parked', /is paused already/],
  ['pause', 'disabled', 'live', /is disabled: enable it/],
  ['resume', 'paused', 'parked', undefined],
  ['resume', 'active', 'live', /is active already/],
  ['resume', 'disabled', 'live', /is disabled: enable it/],
  ['disable', 'active', 'parked', undefined],
  ['disable', 'paused', 'parked', undefined],
  ['disable', 'disabled', 'live', /is disabled already/],
  ['enable', 'disabled', 'live', undefined],
  ['enable', 'active', 'live', /is active already/],
  ['enable', 'paused', 'parked', /is paused: resume it/],
])('%s of one that is %s and %s: %s', (order, status, state, expected) => {
  const refusal = refusalOf(order, status, state && health(state));
  if (expected) expect(refusal).toMatch(expected);
  else expect(refusal).toBeUndefined();
});
