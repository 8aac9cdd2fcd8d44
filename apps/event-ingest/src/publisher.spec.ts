import { mayPublish } from './publisher.js';

it('only a key with the scope publish may publish', () => {
  const holder = { keyId: 'key_1', tenantId: null, scopes: ['read', 'publish'] as const };
  expect(mayPublish(holder)).toBe(holder);
  expect(() => mayPublish({ ...holder, scopes: ['read', 'manage'] })).toThrow(
    expect.objectContaining({ status: 403 }),
  );
  expect(() => mayPublish(undefined)).toThrow(expect.objectContaining({ status: 401 }));
});
