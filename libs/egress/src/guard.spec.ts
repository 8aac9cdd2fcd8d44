import { cleanUp } from './testing/cleanup.js';
import { brief, openClient, post, responseOf } from './testing/client.js';
import { startNameServer, type Zone } from './testing/name-server.js';
import { closedPort, startReceiver, startTcp } from './testing/receivers.js';

afterEach(cleanUp);

const setUp = async (zone: Zone, allow = ['127.0.0.1/32']) => {
  const server = await startNameServer(zone);
  const receiver = await startReceiver();
  const client = openClient({ allow, dns: { servers: [server.address] } });
  return { server, receiver, client, url: (name: string) => `http://${name}:${receiver.port}/hook` };
};

describe('what is called', () => {
  it('is the address that was checked, under the name of the URL', async () => {
    const { client, receiver, url } = await setUp({ 'receiver.test': { a: ['127.0.0.1'], ttlS: 60 } });
    const result = responseOf(await client.request(post(url('receiver.test'))));
    expect(result.remoteAddress).toBe('127.0.0.1');
    expect(result.timings.dnsMs).toBeGreaterThanOrEqual(0);
    expect(receiver.seen[0]).toMatchObject({
      url: '/hook',
      headers: { host: `receiver.test:${receiver.port}` },
    });
  });

  it('is checked again for every connection: a name that moves to a refused address is refused (rebinding)', async () => {
    const { client, receiver, server, url } = await setUp({ 'rebind.test': { a: ['127.0.0.1'], ttlS: 0 } });
    const inside = await startReceiver({ address: `127.0.0.2#${receiver.port}` });
    const request = post(url('rebind.test'), { headers: ['connection', 'close'] });
    expect(await client.request(request)).toMatchObject({ kind: 'response', remoteAddress: '127.0.0.1' });
    server.zone['rebind.test'] = { a: ['127.0.0.2'], ttlS: 0 };
    expect(await client.request(request)).toMatchObject({ kind: 'error', reason: 'refused-address' });
    expect(inside.connections).toHaveLength(0);
    expect(receiver.seen).toHaveLength(1);
  });

  it('is never a mixture of public and other addresses', async () => {
    const { client, receiver, url } = await setUp({ 'mixed.test': { a: ['127.0.0.1', '10.0.0.1'] } });
    expect(await client.request(post(url('mixed.test')))).toMatchObject({ reason: 'refused-address' });
    expect(receiver.connections).toHaveLength(0);
  });

  it.each([
    ['private', { a: ['192.168.1.1'] }],
    ['metadata', { a: ['169.254.169.254'] }],
    ['loopback', { a: ['127.0.0.2'] }],
    ['IPv6 loopback', { aaaa: ['::1'] }],
    ['v4-mapped', { aaaa: ['::ffff:a00:1'] }],
    ['EC2 metadata', { aaaa: ['fd00:ec2::254'] }],
  ])('is no name at a %s address', async (_name, records) => {
    const { client, url } = await setUp({ 'bad.test': records });
    const result = await client.request(post(url('bad.test')));
    expect(result).toMatchObject({ kind: 'error', reason: 'refused-address' });
    // The text reaches tenants: it must not tell them what our name servers answer.
    expect((result as { message: string }).message).toBe(
      'bad.test is at an address that is not a public one',
    );
  });

  it.each([
    ['http://10.0.0.1/', 'refused-address'],
    ['http://0x7f.0.0.2/', 'refused-address'],
    ['http://[::1]/', 'refused-address'],
    ['http://user:pass@127.0.0.1/', 'refused-url'],
    ['http://127.0.0.1:22/', 'refused-url'],
    ['nonsense', 'refused-url'],
  ])('is not %s', async (url, reason) => {
    const result = await openClient({ allow: ['127.0.0.1'] }).request(post(url));
    expect(result).toMatchObject({ kind: 'error', reason });
  });

  it('is not plain http unless it is allowed', async () => {
    const receiver = await startReceiver();
    const result = await openClient({ allowHttp: false }).request(post(`http://127.0.0.1:${receiver.port}/`));
    expect(result).toMatchObject({ reason: 'refused-url' });
    expect(receiver.connections).toHaveLength(0);
  });

  it('is the next address when one does not connect', async () => {
    const { client, receiver, url } = await setUp(
      { 'two.test': { a: ['127.0.0.3', '127.0.0.4', '127.0.0.1'] } },
      ['127.0.0.0/8'],
    );
    expect(await client.request(post(url('two.test')))).toMatchObject({
      status: 200,
      remoteAddress: '127.0.0.1',
    });
    expect(receiver.connections).toHaveLength(1);
  });

  it('is not the location of a redirect', async () => {
    const other = await startReceiver();
    const receiver = await startReceiver({
      answer: (_request, response) =>
        response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end('over there'),
    });
    const result = await openClient().request(post(`http://127.0.0.1:${receiver.port}/`));
    expect(brief(result)).toEqual({ status: 307, body: 'over there', truncated: false });
    expect(other.connections).toHaveLength(0);
  });
});

describe('failures before a connection', () => {
  it('a name that does not exist, or has no address', async () => {
    const { client, url } = await setUp({ 'empty.test': {} });
    expect(await client.request(post(url('gone.test')))).toMatchObject({
      reason: 'dns',
      message: 'gone.test: the name does not exist',
    });
    expect(await client.request(post(url('empty.test')))).toMatchObject({ reason: 'dns' });
  });

  it('nobody listens', async () => {
    const port = await closedPort();
    const result = await openClient().request(post(`http://127.0.0.1:${port}/`));
    expect(result).toMatchObject({
      reason: 'connect',
      message: `no connection to 127.0.0.1:${port}: ECONNREFUSED`,
    });
    expect(result.timings.connectMs).toBeGreaterThanOrEqual(0);
  });

  it('fail every request that waits, however many', async () => {
    const port = await closedPort();
    const client = openClient({ connectionsPerOrigin: 2 });
    const requests = Array.from({ length: 200 }, () => client.request(post(`http://127.0.0.1:${port}/`)));
    for (const result of await Promise.all(requests)) expect(result).toMatchObject({ reason: 'connect' });
    expect(client.stats()).toMatchObject({ inFlight: 0, sockets: 0, origins: 0 });
  });
});

describe('checkUrl', () => {
  const zone: Zone = {
    'public.test': { a: ['8.8.8.8'], aaaa: ['2606:4700::1111'] },
    'private.test': { a: ['10.0.0.1'] },
    'mixed.test': { a: ['8.8.8.8'], aaaa: ['fd00::1'] },
    'dead.test': { silent: true },
  };

  it.each([
    ['https://public.test/hook', { kind: 'ok', addresses: ['8.8.8.8', '2606:4700::1111'] }],
    ['https://8.8.8.8/', { kind: 'ok', addresses: ['8.8.8.8'] }],
    [
      'https://private.test/',
      { kind: 'refused', message: 'private.test is at an address that is not a public one' },
    ],
    [
      'https://mixed.test/',
      { kind: 'refused', message: 'mixed.test is at an address that is not a public one' },
    ],
    ['https://gone.test/', { kind: 'unresolved', message: 'gone.test: the name does not exist' }],
    ['https://dead.test/', { kind: 'unresolved', message: 'dead.test: no name server answered in time' }],
    ['https://[::1]/', { kind: 'refused', message: 'the address is not a public one' }],
    ['http://public.test/', { kind: 'refused', message: 'plain http is not allowed, only https' }],
    [
      'https://localhost/',
      { kind: 'refused', message: 'localhost is at an address that is not a public one' },
    ],
    [
      'https://a@public.test/',
      { kind: 'refused', message: 'the URL must not contain a user name or password' },
    ],
    ['https://public.test:6379/', { kind: 'ok', addresses: ['8.8.8.8', '2606:4700::1111'] }],
    ['https://public.test:25/', { kind: 'refused', message: 'port 25 is not used for HTTP' }],
  ])('%s', async (url, expected) => {
    const server = await startNameServer(zone);
    const client = openClient({
      allow: [],
      allowHttp: false,
      dns: { servers: [server.address], timeoutMs: 500 },
    });
    expect(await client.checkUrl(url)).toEqual(expected);
  });

  it.each([
    ['https://', 'the URL has no host'],
    ['https:///path', 'the URL has no host'],
    ['https:example.org', 'the URL must begin with https://'],
  ])('says what is wrong with %s', async (url, message) => {
    expect(await openClient().checkUrl(url)).toEqual({ kind: 'refused', message });
  });

  it('sends nothing', async () => {
    const receiver = await startTcp(() => undefined);
    expect(await openClient().checkUrl(`http://127.0.0.1:${receiver.port}/`)).toMatchObject({ kind: 'ok' });
    expect(receiver.connections).toHaveLength(0);
  });
});
