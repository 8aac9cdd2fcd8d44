import { apiKeyOf } from './api-key.js';

it.each<[Record<string, string | string[]>, string | undefined]>([
  [{ 'x-api-key': 'ph_a' }, 'ph_a'],
  [{ authorization: 'Bearer ph_b' }, 'ph_b'],
  [{ authorization: 'bearer   ph_b ' }, 'ph_b'],
  [{ 'x-api-key': 'ph_a', authorization: 'Bearer ph_b' }, 'ph_a'],
  [{ 'x-api-key': '', authorization: 'Bearer ph_b' }, 'ph_b'],
  [{ authorization: 'Basic ph_b' }, undefined],
  [{ authorization: 'Bearer' }, undefined],
  [{ authorization: 'Bearer a b' }, undefined],
  [{ 'x-api-key': 'x'.repeat(256) }, 'x'.repeat(256)],
  [{ 'x-api-key': 'x'.repeat(257) }, undefined],
  [{}, undefined],
])('the key in %j is %s', (headers, key) => {
  expect(apiKeyOf(headers)).toBe(key);
});
