import type { Delivery } from '../api/types';
import { besideWebhook, shownStatus, waitOf } from './wait';

type Told = Pick<Delivery, 'status' | 'reason' | 'reasonCode' | 'nextAttemptAt'>;

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

it('names no next attempt beside a webhook that is paused or disabled, though the log does not know yet', () => {
  const nextAttemptAt = '2026-01-01T10:00:00Z';
  const waiting = {
    status: 'waiting',
    reason: 'attempt 1 failed',
    reasonCode: 'retrying',
    nextAttemptAt,
  } as const;
  expect(besideWebhook(waiting, 'active')).toBe(waiting);
  const paused = besideWebhook<Told>(waiting, 'paused');
  expect(paused).toMatchObject({ reason: 'the subscription is paused', nextAttemptAt: null });
  expect(waitOf(paused)).toBe('paused');
  expect(besideWebhook<Told>(waiting, 'disabled')).toMatchObject({ reason: null, nextAttemptAt: null });
  const over = { ...waiting, status: 'delivered', reason: null, nextAttemptAt: null } as const;
  expect(besideWebhook<Told>(over, 'paused')).toBe(over);
});

it.each([
  ['waiting', 'paused', 'held'],
  ['waiting', 'retrying', 'waiting'],
  ['pending', 'paused', 'pending'],
  ['delivered', null, 'delivered'],
] as const)('shows %s because of “%s” as: %s', (status, reasonCode, shown) => {
  expect(shownStatus({ status, reasonCode })).toBe(shown);
});
