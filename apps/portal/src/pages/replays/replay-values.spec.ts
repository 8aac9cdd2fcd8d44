import { bodyOf, deliveriesOf, isComplete } from './replay-values';

const values = { subscriptionId: 's', targetSubscriptionId: '', kind: 'failed' as const, from: '', to: '' };

it('sends only what was chosen', () => {
  expect(bodyOf(values)).toEqual({ subscriptionId: 's', kind: 'failed' });
  const more = { targetSubscriptionId: 't', kind: 'range' as const, from: 'a', to: 'b' };
  expect(bodyOf({ ...values, ...more })).toEqual({ subscriptionId: 's', ...more });
});

it.each([
  [{}, true],
  [{ subscriptionId: '' }, false],
  [{ kind: 'range' as const }, false],
  [{ kind: 'range' as const, from: 'a' }, true],
])('with %j it can be counted: %s', (change, complete) => {
  expect(isComplete({ ...values, ...change })).toBe(complete);
});

it('leads to the deliveries of the target, of the period', () => {
  const replay = { subscriptionId: 'a', targetSubscriptionId: 'b', from: null, to: '2026-11-28T10:00:00Z' };
  expect(deliveriesOf(replay)).toBe('deliveries?subscriptionId=b&to=2026-11-28T10%3A00%3A00Z');
  expect(deliveriesOf({ ...replay, targetSubscriptionId: null, to: null })).toBe(
    'deliveries?subscriptionId=a',
  );
});
