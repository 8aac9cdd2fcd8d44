import { openOf, sumOfOpen } from './open';

const lanes = [
  { subscriptionId: 'a', state: 'retrying', attempt: 1, waiting: 3 },
  { subscriptionId: 'a', state: 'parked', attempt: 3, waiting: 4 },
  { subscriptionId: 'a', state: 'parked', attempt: 0, waiting: 1 },
  { subscriptionId: 'a', state: 'behind', attempt: 0, waiting: 2 },
  { subscriptionId: 'b', state: 'parked', attempt: 1, waiting: 9 },
];

it.each([
  ['active', { retrying: 3, heads: 1, waiting: 6 }],
  ['paused', { retrying: 0, heads: 0, waiting: 10 }],
  ['disabled', { retrying: 0, heads: 0, waiting: 0 }],
])(
  'counts what is open of one webhook that is %s, what is tried again apart from what waits behind it',
  (status, open) => {
    expect(openOf(lanes, { id: 'a', status })).toEqual(open);
    expect(sumOfOpen(open)).toBe(status === 'disabled' ? 0 : 10);
  },
);
