import { attemptsOf, retriesOf } from './retry';

it('counts attempts, and retries, which are one less', () => {
  expect([attemptsOf({ delaysMs: [1, 2] }), retriesOf({ delaysMs: [1, 2] })]).toEqual([3, 2]);
  expect([attemptsOf({ attempts: 11 }), retriesOf({ attempts: 11 })]).toEqual([11, 10]);
  expect(retriesOf({ kind: 'of tomorrow' })).toBeUndefined();
});
