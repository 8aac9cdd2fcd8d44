import { type TLSSocket } from 'node:tls';
import { cleanUp } from './testing/cleanup.js';
import { openClient, post, responseOf } from './testing/client.js';
import { startNameServer } from './testing/name-server.js';
import { startProxy } from './testing/proxy.js';
import { closedPort, fixture, startReceiver, startTcp } from './testing/receivers.js';

afterEach(cleanUp);

const caPem = fixture('ca.pem');
const zone = {
  'receiver.test': { a: ['127.0.0.1'] },
  'proxy.test': { a: ['127.0.0.1'] },
  'other.test': { a: ['127.0.0.1'] },
  'private.test': { a: ['10.0.0.1'] },
};
const open = async (overrides: Parameters<typeof openClient>[0] = {}) => {
  const server = await startNameServer(zone);
  return openClient({ caPem, ...overrides, dns: { servers: [server.address] } });
};

describe('TLS', () => {
  it('is verified against the custom authority, under the name of the URL', async () => {
    const names: (string | false | null)[] = [];
    const receiver = await startReceiver({
      secure: true,
      answer: (request, response) => {
        names.push((request.socket as TLSSocket).servername);
        response.end('ok');
      },
    });
    const client = await open();
    const { timings } = responseOf(await client.request(post(`https://receiver.test:${receiver.port}/`)));
    expect(timings.tlsMs).toBeGreaterThan(0);
    expect(receiver.seen[0].headers.host).toBe(`receiver.test:${receiver.port}`);
    responseOf(await client.request(post(`https://127.0.0.1:${receiver.port}/`)));
    expect(names).toEqual(['receiver.test', false]);
  });

  it('is resumed for the next connection to the same origin', async () => {
    const resumed: boolean[] = [];
    const receiver = await startReceiver({
      secure: true,
      answer: (request, response) => {
        resumed.push((request.socket as TLSSocket).isSessionReused());
        response.end('ok');
      },
    });
    const client = await open();
    const request = post(`https://receiver.test:${receiver.port}/`, { headers: ['connection', 'close'] });
    for (let i = 0; i < 2; i += 1) responseOf(await client.request(request));
    expect(resumed).toEqual([false, true]);
  });

  it.each([
    ['an unknown authority', {}, 'receiver.test', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['another name', { caPem }, 'other.test', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an address that is not in the certificate', { caPem }, '127.0.0.2', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('fails for %s, before anything is sent', async (_name, settings, host, code) => {
    const receiver = await startReceiver({ secure: true, address: '0.0.0.0' });
    const client = await open({ caPem: undefined, ...settings });
    const result = await client.request(post(`https://${host}:${receiver.port}/`));
    expect(result).toMatchObject({
      kind: 'error',
      reason: 'tls',
      message: `TLS with ${host} failed: ${code}`,
    });
    expect(receiver.seen).toHaveLength(0);
    expect(client.stats()).toMatchObject({ sockets: 0, origins: 0 });
  });

  it.each([
    ['speaks plain http', (text: string) => text],
    ['closes', () => undefined],
  ])('fails with a receiver that %s', async (_name, answer) => {
    const receiver = await startTcp((socket) =>
      socket.on('data', () => {
        const text = answer('HTTP/1.1 400 Bad Request\r\n\r\n');
        if (text) socket.write(text);
        else socket.end();
      }),
    );
    const result = await (await open()).request(post(`https://receiver.test:${receiver.port}/`));
    expect(result).toMatchObject({ kind: 'error', reason: 'tls' });
  });
});

describe('a proxy', () => {
  it.each([
    ['http', false, false],
    ['https', true, false],
    ['http over a proxy with TLS', false, true],
    ['https over a proxy with TLS', true, true],
  ])('is told the checked address, never the name: %s', async (_name, secure, secureProxy) => {
    const receiver = await startReceiver({ secure });
    const proxy = await startProxy({ secure: secureProxy });
    const proxyUrl = `${secureProxy ? 'https' : 'http'}://me:pa%3Ass@proxy.test:${proxy.port}`;
    const client = await open({ proxyUrl });
    const url = `${secure ? 'https' : 'http'}://receiver.test:${receiver.port}/hook`;
    for (let i = 0; i < 2; i += 1) {
      const result = responseOf(await client.request(post(url)));
      expect([result.status, result.remoteAddress]).toEqual([200, '127.0.0.1']);
    }
    const authorization = `Basic ${Buffer.from('me:pa:ss').toString('base64')}`;
    expect(proxy.asked).toEqual([{ authority: `127.0.0.1:${receiver.port}`, authorization }]);
    expect(receiver.seen[0]).toMatchObject({
      url: '/hook',
      headers: { host: `receiver.test:${receiver.port}` },
    });
    expect(receiver.seen[0].headers['proxy-authorization']).toBeUndefined();
  });

  it('may be at a private address, and is not asked for one', async () => {
    const proxy = await startProxy();
    const client = await open({ proxyUrl: `http://127.0.0.1:${proxy.port}`, allow: [] });
    expect(await client.request(post('http://private.test/'))).toMatchObject({ reason: 'refused-address' });
    expect(await client.request(post('http://127.0.0.1:8080/'))).toMatchObject({ reason: 'refused-address' });
    expect(proxy.asked).toEqual([]);
  });

  it('that refuses ends the request as not connected', async () => {
    const proxy = await startProxy({ refuse: 403 });
    const client = await open({ proxyUrl: `http://127.0.0.1:${proxy.port}` });
    expect(await client.request(post('http://receiver.test:8080/'))).toMatchObject({
      reason: 'connect',
      message: 'no connection to receiver.test:8080: the proxy refused: HTTP/1.1 403 Refused',
    });
  });

  it('that is down ends the request as not connected', async () => {
    const client = await open({ proxyUrl: `http://127.0.0.1:${await closedPort()}` });
    expect(await client.request(post('http://receiver.test:8080/'))).toMatchObject({ reason: 'connect' });
  });

  it('that never answers is covered by the deadline', async () => {
    const proxy = await startTcp((socket) => socket.resume());
    const client = await open({ proxyUrl: `http://127.0.0.1:${proxy.port}` });
    const result = await client.request(post('http://receiver.test:8080/', { timeoutMs: 100 }));
    expect(result).toMatchObject({
      reason: 'timeout',
      message: 'no complete answer within 100 ms (connecting)',
    });
    await proxy.closed(0);
  });

  it('is told an IPv6 address in brackets', async () => {
    const proxy = await startProxy({ refuse: 502 });
    const client = await open({ proxyUrl: `http://127.0.0.1:${proxy.port}`, allow: ['::1/128'] });
    await client.request(post('http://[::1]:8080/'));
    expect(proxy.asked).toEqual([{ authority: '[::1]:8080', authorization: undefined }]);
  });

  it.each([
    [
      'data before the request',
      'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      'the target sent data before the request',
    ],
    ['no HTTP', 'SSH-2.0\r\n\r\n', 'the proxy refused: SSH-2.0'],
    ['no end', 'HTTP/1.1 200 OK\r\n' + 'x-a: b\r\n'.repeat(2_000), 'the proxy sent no valid answer'],
  ])('that answers with %s ends the request as not connected', async (_name, text, message) => {
    const proxy = await startTcp((socket) => socket.once('data', () => socket.write(text)));
    const client = await open({ proxyUrl: `http://127.0.0.1:${proxy.port}` });
    expect(await client.request(post('http://receiver.test:8080/'))).toMatchObject({
      reason: 'connect',
      message: `no connection to receiver.test:8080: ${message}`,
    });
    await proxy.closed(0);
  });

  it.each(['socks5://127.0.0.1:1080', 'nonsense'])('is not %s', (proxyUrl) => {
    expect(() => openClient({ proxyUrl })).toThrow('the proxy must be an http:// or https:// URL');
  });
});
