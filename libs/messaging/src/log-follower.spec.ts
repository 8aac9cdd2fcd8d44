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

it('is not made fresher by an end that it had passed when it was asked for: that log is a shorter one', () => {
  const progress = new FollowProgress(() => undefined);
  progress.reached(300, 1_000);
  // Asked for before the last records came: of the same log, and older.
  progress.endAsked(290, 999);
  expect(progress.lastFetchMs).toBe(999);
  progress.endAsked(60, 2_000);
  progress.reached(300, 2_500);
  progress.endAsked(299, 3_000);
  expect(progress.lastFetchMs).toBe(999);
  progress.startsAgain();
  progress.reached(0, 3_100);
  progress.endAsked(60, 4_000);
  expect(progress.lastFetchMs).toBe(999);
  progress.reached(60, 4_100);
  expect(progress.lastFetchMs).toBe(4_000);
});

it('does not wait for an end that the log no longer has', () => {
  const progress = new FollowProgress(() => undefined);
  progress.reached(10, 1_000);
  progress.endAsked(400, 2_000);
  progress.endAsked(350, 3_000);
  progress.reached(350, 3_100);
  expect(progress.lastFetchMs).toBe(3_000);
  progress.endAsked(400, 4_000);
  progress.startsAgain();
  progress.reached(0, 4_100);
  progress.endAsked(20, 5_000);
  progress.reached(20, 5_100);
  expect(progress.lastFetchMs).toBe(5_000);
});
