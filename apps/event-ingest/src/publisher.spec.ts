import { keyOf, mayPublish } from './publisher.js';

it.each<[Record<string, string | string[]>, string | undefined]>([
  [{ 'x-api-key': 'ph_a' }, 'ph_a'],
  [{ authorization: 'Bearer ph_b' }, 'ph_b'],
  [{ authorization: 'bearer   ph_b ' }, 'ph_b'],
  [{ 'x-api-key': 'ph_a', authorization: 'Bearer ph_b' }, 'ph_a'],
  [{ 'x-api-key': '', authorization: 'Bearer ph_b' }, 'ph_b'],
  [{ authorization: 'Basic ph_b' }, undefined],
  [{ authorization: 'Bearer' }, undefined],
  [{ authorization: 'Bearer a b' }, undefined],
  [{ 'x-api-key': 'x'.repeat(201) }, undefined],
  [{}, undefined],
])('the key in %j is %s', (headers, key) => {
  expect(keyOf(headers)).toBe(key);
});

it('only a key with the scope publish may publish', () => {
  const holder = { keyId: 'key_1', tenantId: null, scopes: ['read', 'publish'] as const };
  expect(mayPublish(holder)).toBe(holder);
  expect(() => mayPublish({ ...holder, scopes: ['read', 'manage'] })).toThrow(
    expect.objectContaining({ status: 403 }),
  );
  expect(() => mayPublish(undefined)).toThrow(expect.objectContaining({ status: 401 }));
});
