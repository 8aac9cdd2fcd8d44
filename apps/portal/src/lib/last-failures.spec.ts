import type { Delivery } from '../api/types';
import { newestOf } from './last-failures';

const delivery = (subscriptionId: string, seq: number) => ({ subscriptionId, seq }) as Delivery;

it('finds the newest of each webhook, whichever way it failed, and knows whether that was all', () => {
  const fives = { items: [delivery('a', 3), delivery('b', 9), delivery('a', 1)], nextCursor: null };
  const none = { items: [delivery('a', 7), delivery('b', 8)], nextCursor: null };
  const { newest, isAll } = newestOf([fives, none]);
  expect([newest.get('a')?.seq, newest.get('b')?.seq, newest.get('c'), isAll]).toEqual([
    7,
    9,
    undefined,
    true,
  ]);
  expect(newestOf([fives, { ...none, nextCursor: 'x' }]).isAll).toBe(false);
});
