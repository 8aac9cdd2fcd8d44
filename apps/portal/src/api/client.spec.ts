import { addressOf } from './client';

it('fills a parameter in whatever it holds, and leaves empty filters out', () => {
  const path = '/v1/tenants/{tenantId}/events/{eventId}';
  expect(
    addressOf(path, { tenantId: 'a/b?c', eventId: '..%' }, { type: 'x y', status: '', n: 0, no: undefined }),
  ).toBe('/v1/tenants/a%2Fb%3Fc/events/..%25?type=x+y&n=0');
});
