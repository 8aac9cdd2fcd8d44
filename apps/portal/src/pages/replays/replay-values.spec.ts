import { bodyOf, isComplete } from './replay-values';

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
