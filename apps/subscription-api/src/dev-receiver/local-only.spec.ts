import { isLocal } from './local-only.js';

it.each([
  ['127.0.0.1', { host: '127.0.0.1:8400' }, true],
  ['127.9.9.9', { host: 'localhost:8400' }, true],
  ['::1', { host: '[::1]:8400' }, true],
  ['::ffff:127.0.0.1', { host: 'LOCALHOST' }, true],
  [
    '127.0.0.1',
    { host: 'localhost:8400', origin: 'http://localhost:8400', 'sec-fetch-site': 'same-origin' },
    true,
  ],
  ['127.0.0.1', { host: 'localhost:8400', 'sec-fetch-site': 'none' }, true],
  ['10.0.0.1', { host: '127.0.0.1:8400' }, false],
  ['::ffff:10.0.0.1', { host: '127.0.0.1:8400' }, false],
  ['fe80::1', { host: '[::1]:8400' }, false],
  ['', { host: '127.0.0.1:8400' }, false],
  // A name of somebody else's that was made to point here.
  ['127.0.0.1', { host: 'rebound.example:8400' }, false],
  ['127.0.0.1', { host: 'localhost.example' }, false],
  ['127.0.0.1', { host: '10.0.0.1:8400' }, false],
  ['127.0.0.1', {}, false],
  // A page of another site.
  ['127.0.0.1', { host: 'localhost:8400', origin: 'https://evil.example' }, false],
  ['127.0.0.1', { host: 'localhost:8400', origin: 'null' }, false],
  ['127.0.0.1', { host: 'localhost:8400', origin: 'http://localhost:3000' }, false],
  ['127.0.0.1', { host: 'localhost:8400', 'sec-fetch-site': 'cross-site' }, false],
  ['127.0.0.1', { host: 'localhost:8400', 'sec-fetch-site': 'same-site' }, false],
])('from %j with %j: %j', (ip, headers, local) => {
  expect(isLocal({ ip, headers })).toBe(local);
});
