import { openOf } from './open';

const lanes = [
  { subscriptionId: 'a', state: 'retrying', waiting: 3 },
  { subscriptionId: 'a', state: 'parked', waiting: 2 },
  { subscriptionId: 'b', state: 'parked', waiting: 9 },
];

it.each([
  ['active', { retrying: 3, waiting: 2 }],
  ['paused', { retrying: 0, waiting: 5 }],
  ['disabled', { retrying: 0, waiting: 0 }],
])('counts what is open of one webhook that is %s', (status, open) => {
  expect(openOf(lanes, { id: 'a', status })).toEqual(open);
});
