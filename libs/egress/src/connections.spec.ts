import { connect, type Socket } from 'node:net';
import { Connection } from './connection.js';
import { cleanUp } from './testing/cleanup.js';
import { openClient, post, responseOf } from './testing/client.js';
import { fixture, type Receiver, startReceiver, startTcp } from './testing/receivers.js';
import { until } from './testing/until.js';

afterEach(cleanUp);

const urlOf = ({ port }: { port: number }) => `http://127.0.0.1:${port}/`;
const okText = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('a connection', () => {
  it('is used again, and its second request was neither resolved nor connected', async () => {
    const receiver = await startReceiver();
    const client = openClient();
    responseOf(await client.request(post(urlOf(receiver))));
    const { timings } = responseOf(await client.request(post(urlOf(receiver))));
    expect(timings).toMatchObject({ dnsMs: -1, connectMs: -1, tlsMs: -1 });
    expect(timings.firstByteMs).toBeGreaterThanOrEqual(0);
    expect(receiver.connections).toHaveLength(1);
  });

  it('is used again by what a callback sends', async () => {
    const receiver = await startReceiver();
    const client = openClient();
    await new Promise<void>((resolve) => {
      let left = 20;
      const next = () => (left-- > 0 ? client.send(post(urlOf(receiver)), next) : resolve());
      next();
    });
    expect([receiver.seen.length, receiver.connections.length]).toEqual([20, 1]);
  });

  it('in constant use is closed at its age', async () => {
    const receiver = await startReceiver();
    const client = openClient({ keepAliveMaxAgeMs: 100 });
    const began = performance.now();
    while (receiver.connections.length < 2) responseOf(await client.request(post(urlOf(receiver))));
    expect(performance.now() - began).toBeGreaterThanOrEqual(100);
    expect(receiver.seen.length).toBeGreaterThan(2);
    await receiver.closed(0);
  });

  it('is closed at its age although requests wait for it', async () => {
    const receiver = await startReceiver();
    const client = openClient({ keepAliveMaxAgeMs: 100, connectionsPerOrigin: 1 });
    const busy = async () => {
      while (receiver.connections.length < 2) responseOf(await client.request(post(urlOf(receiver))));
    };
    await Promise.all([busy(), busy(), busy()]);
    await receiver.closed(0);
  });

  it('that reached its age while idle is not used again', async () => {
    const receiver = await startReceiver();
    const client = openClient({ keepAliveMaxAgeMs: 150 });
    responseOf(await client.request(post(urlOf(receiver))));
    const began = performance.now();
    const askAt = async (ms: number) => {
      await until(() => performance.now() - began >= ms);
      responseOf(await client.request(post(urlOf(receiver))));
    };
    // The second request ends the idle time after which undici would close it: only its age is left to do so.
    for (const ms of [80, 160]) await askAt(ms);
    expect(receiver.connections).toHaveLength(2);
  });

  it('without use is closed by its age', async () => {
    const receiver = await startReceiver();
    const client = openClient({ keepAliveMaxAgeMs: 50 });
    await client.request(post(urlOf(receiver)));
    await receiver.closed(0);
  });

  it.each([
    ['the receiver closes it', 'connection: close'],
    ['the receiver keeps it for a second only', 'keep-alive: timeout=1'],
  ])('is not used again when %s', async (_name, header) => {
    const receiver = await startTcp((socket) =>
      socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\n${header}\r\ncontent-length: 0\r\n\r\n`)),
    );
    const client = openClient();
    for (let i = 0; i < 3; i += 1) responseOf(await client.request(post(urlOf(receiver))));
    expect(receiver.connections).toHaveLength(3);
  });

  it('that is closed without a word never costs a request that was not written', async () => {
    const receiver = await startTcp((socket) => socket.once('data', () => socket.end(okText)));
    const client = openClient();
    for (let i = 0; i < 20; i += 1) responseOf(await client.request(post(urlOf(receiver))));
    expect(receiver.connections).toHaveLength(20);
  });

  it('that is reset after the request was written ends it as reset, and nothing is sent again', async () => {
    let requests = 0;
    const receiver = await startTcp((socket) =>
      socket.on('data', () => {
        requests += 1;
        if (requests === 2) socket.resetAndDestroy();
        else socket.write(okText);
      }),
    );
    const client = openClient();
    responseOf(await client.request(post(urlOf(receiver))));
    expect(await client.request(post(urlOf(receiver)))).toMatchObject({ kind: 'error', reason: 'reset' });
    expect(requests).toBe(2);
    responseOf(await client.request(post(urlOf(receiver))));
    expect(requests).toBe(3);
  });

  it('with bytes nobody asked for is not used again', async () => {
    const receiver = await startTcp((socket) => socket.once('data', () => socket.write(okText + okText)));
    const client = openClient();
    responseOf(await client.request(post(urlOf(receiver))));
    await receiver.closed(0);
    responseOf(await client.request(post(urlOf(receiver))));
    expect(receiver.connections).toHaveLength(2);
  });
});

describe('the connections of an origin', () => {
  const burst = async (receiver: Receiver, client: ReturnType<typeof openClient>, count: number) => {
    const requests = Array.from({ length: count }, (_, i) =>
      post(urlOf(receiver), { body: Buffer.from(`${i}`) }),
    );
    return Promise.all(requests.map(async (request) => responseOf(await client.request(request))));
  };

  it('are at most as many as allowed, and serve whoever waits', async () => {
    const receiver = await startReceiver();
    await burst(receiver, openClient({ connectionsPerOrigin: 3 }), 50);
    expect([receiver.seen.length, receiver.connections.length]).toEqual([50, 3]);
  });

  it('serve in the order of asking', async () => {
    const receiver = await startReceiver();
    await burst(receiver, openClient({ connectionsPerOrigin: 1 }), 20);
    expect(receiver.seen.map(({ body }) => Number(body))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('are not more than were waited for, and serve the next burst', async () => {
    const receiver = await startReceiver();
    const client = openClient();
    await burst(receiver, client, 5);
    await burst(receiver, client, 5);
    expect(receiver.connections.length).toBeLessThanOrEqual(5);
  });
});

describe('a connection that is opened while others serve those who waited for it', () => {
  /** The second connection's TLS handshake is held until the test lets it go on, or ends it. */
  const setUp = async () => {
    const receiver = await startReceiver({ secure: true });
    const held: Socket[] = [];
    let arrived = 0;
    const through = (socket: Socket) => {
      const upstream = connect(receiver.port, '127.0.0.1');
      upstream.on('error', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    };
    const front = await startTcp((socket) => {
      arrived += 1;
      if (arrived === 2) held.push(socket);
      else through(socket);
    });
    const client = openClient({ connectionsPerOrigin: 2, caPem: fixture('ca.pem') });
    const request = post(`https://127.0.0.1:${front.port}/`);
    for (const result of await Promise.all([client.request(request), client.request(request)]))
      responseOf(result);
    await until(() => held.length > 0);
    expect([receiver.connections.length, client.stats().sockets]).toEqual([1, 2]);
    return { receiver, front, client, request, letGo: () => through(held[0]), end: () => held[0].destroy() };
  };

  it('is kept for later', async () => {
    const { receiver, front, client, request, letGo } = await setUp();
    letGo();
    await until(() => receiver.secured.length === 2);
    for (const result of await Promise.all([client.request(request), client.request(request)]))
      responseOf(result);
    expect([receiver.seen.length, front.connections.length, client.stats().sockets]).toEqual([4, 2, 2]);
  });

  it('is dropped when the receiver speaks unasked', async () => {
    const { receiver, client, letGo } = await setUp();
    letGo();
    await until(() => receiver.secured.length === 2);
    expect(client.stats().sockets).toBe(2);
    receiver.secured[1].write('HTTP/1.1 200 OK\r\n\r\n');
    await until(() => client.stats().sockets === 1);
  });

  it('fails nobody who came after it was begun', async () => {
    const { client, request, end, front } = await setUp();
    const later = [client.request(request), client.request(request)];
    end();
    for (const result of await Promise.all(later)) expect(responseOf(result).status).toBe(200);
    expect(front.connections.length).toBeGreaterThanOrEqual(2);
  });
});

describe('the sockets of all origins', () => {
  const origins = (count: number) => Promise.all(Array.from({ length: count }, () => startReceiver()));

  it('are kept below the limit by closing the one that has been idle longest', async () => {
    const receivers = await origins(4);
    const client = openClient({ maxSockets: 2 });
    for (const receiver of receivers) responseOf(await client.request(post(urlOf(receiver))));
    expect(client.stats()).toEqual({ inFlight: 0, sockets: 2, origins: 2, dnsEntries: 0 });
    await Promise.all([receivers[0].closed(0), receivers[1].closed(0)]);
    responseOf(await client.request(post(urlOf(receivers[3]))));
    expect(receivers[3].connections).toHaveLength(1);
  });

  it('are shared in turn when all are busy', async () => {
    const receivers = await origins(6);
    const client = openClient({ maxSockets: 2 });
    const requests = receivers.flatMap((receiver) => [post(urlOf(receiver)), post(urlOf(receiver))]);
    for (const result of await Promise.all(requests.map((request) => client.request(request))))
      responseOf(result);
    expect(client.stats().sockets).toBeLessThanOrEqual(2);
  });
});

describe('a connection that came when nobody waited', () => {
  const park = async (behave: (socket: Socket) => void) => {
    const receiver = await startTcp(() => undefined);
    const socket = connect(receiver.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    await until(() => receiver.connections.length > 0);
    const forgotten = new Promise<Connection>((resolve) => {
      const home = { origin: { key: `http://127.0.0.1:${receiver.port}` }, forget: resolve };
      const opened = { dnsMs: 1, connectMs: 1, tlsMs: -1, remoteAddress: '127.0.0.1' };
      new Connection(home, socket, opened, 60_000).park();
    });
    behave(receiver.connections[0]);
    return { forgotten, socket };
  };

  it.each([
    ['leaves', (socket: Socket) => void socket.end()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
    ['speaks first', (socket: Socket) => void socket.write(okText)],
  ])('is dropped when the receiver %s', async (_name, behave) => {
    const { forgotten, socket } = await park(behave);
    expect((await forgotten).usable).toBe(false);
    expect(socket.destroyed).toBe(true);
  });
});
