import { waitOf } from './wait';

it.each([
  ['waiting', 'retrying', 'alone'],
  ['waiting', 'parked', 'head'],
  ['pending', 'behind-parked', 'behind'],
  ['pending', 'paused', 'paused'],
  ['pending', 'catching-up', 'turn'],
  ['pending', 'its-turn', 'turn'],
  ['pending', null, 'turn'],
  ['delivered', null, null],
  ['failed', 'retrying', null],
] as const)('%s because of “%s” waits for: %s', (status, reasonCode, wait) => {
  expect(waitOf({ status, reasonCode })).toBe(wait);
});
