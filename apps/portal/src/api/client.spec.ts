import { jest } from '@jest/globals';
import { addressOf, call, ifMatch } from './client';

it('fills a parameter in whatever it holds, and leaves empty filters out', () => {
  const path = '/v1/tenants/{tenantId}/events/{eventId}';
  expect(
    addressOf(path, { tenantId: 'a/b?c', eventId: '..%' }, { type: 'x y', status: '', n: 0, no: undefined }),
  ).toBe('/v1/tenants/a%2Fb%3Fc/events/..%25?type=x+y&n=0');
});

it('sends what it is given: the version that a change was made for, the key of a repeat', async () => {
  const sent: [string, RequestInit][] = [];
  const network = jest.spyOn(globalThis, 'fetch').mockImplementation((address, init) => {
    sent.push([address as string, init!]);
    return Promise.resolve(new Response('{}'));
  });
  await call('patch', '/v1/users/{userId}', {
    path: { userId: 'usr_1' },
    body: { name: 'x' },
    headers: { ...ifMatch(7), 'idempotency-key': 'k' },
  });
  await call('get', '/v1/users', {});
  network.mockRestore();
  const json = 'application/json';
  expect(sent).toEqual([
    [
      '/v1/users/usr_1',
      {
        method: 'PATCH',
        body: '{"name":"x"}',
        headers: { accept: json, 'content-type': json, 'if-match': '"7"', 'idempotency-key': 'k' },
      },
    ],
    ['/v1/users', { method: 'GET', headers: { accept: json } }],
  ]);
});
