import { FollowProgress } from './log-follower.js';

it('is as fresh as the moment at which the end was asked for that it has reached', () => {
  let caughtUp = 0;
  const progress = new FollowProgress(() => caughtUp++);
  progress.reached(0);
  progress.endAsked(10, 1_000);
  expect([progress.lastFetchMs, caughtUp]).toEqual([-Infinity, 0]);
  progress.reached(9);
  // A later question does not replace one that is still open: under steady writes none would ever be
  // answered.
  progress.endAsked(20, 2_000);
  progress.reached(10);
  expect([progress.lastFetchMs, caughtUp]).toEqual([1_000, 1]);
  progress.endAsked(15, 3_000);
  progress.reached(15);
  progress.endAsked(15, 4_000);
  expect([progress.lastFetchMs, caughtUp]).toEqual([4_000, 1]);
});

it('has caught up with an empty log at once', () => {
  let caughtUp = 0;
  const progress = new FollowProgress(() => caughtUp++);
  progress.reached(0);
  progress.endAsked(0, 5);
  expect([progress.lastFetchMs, caughtUp]).toEqual([5, 1]);
});
