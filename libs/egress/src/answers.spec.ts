import { type Socket } from 'node:net';
import { cleanUp } from './testing/cleanup.js';
import { brief, openClient, post, responseOf } from './testing/client.js';
import { startReceiver, startTcp } from './testing/receivers.js';

afterEach(cleanUp);

/** A receiver that answers every request with these bytes, and then does what the test says. */
const answering = (text: string, then: (socket: Socket) => void = () => undefined) =>
  startTcp((socket) => socket.on('data', () => socket.write(text, 'latin1', () => then(socket))));
const urlOf = ({ port }: { port: number }, path = '/') => `http://127.0.0.1:${port}${path}`;

describe('what is sent', () => {
  it('is the method, path, headers and body as given', async () => {
    const receiver = await startReceiver();
    const headers = ['content-type', 'application/json', 'Webhook-Id', 'evt_1'];
    await openClient().request(
      post(urlOf(receiver, '/a/b?c=d#e'), { headers, body: Buffer.from('{"a":1}') }),
    );
    expect(receiver.seen).toEqual([
      {
        method: 'POST',
        url: '/a/b?c=d',
        headers: {
          host: `127.0.0.1:${receiver.port}`,
          connection: 'keep-alive',
          'content-type': 'application/json',
          'webhook-id': 'evt_1',
          'content-length': '7',
        },
        body: '{"a":1}',
      },
    ]);
  });

  it.each([['HEAD' as const], ['GET' as const], ['OPTIONS' as const]])(
    'may be %s, without a body',
    async (method) => {
      const receiver = await startReceiver({
        answer: (_request, response) => response.writeHead(204, { 'x-kind': 'probe' }).end(),
      });
      const result = responseOf(await openClient().request(post(urlOf(receiver), { method, body: null })));
      expect([result.status, result.headers['x-kind'], result.body.length]).toEqual([204, 'probe', 0]);
      expect(receiver.seen[0]).toMatchObject({ method, body: '' });
    },
  );

  it.each([
    ['a host header', ['Host', 'other.example']],
    ['a line break in a value', ['x-a', 'b\r\nx-c: d']],
    ['a line break in a name', ['x-a\r\nx-b', 'c']],
    ['a name without a value', ['x-a']],
    ['a framing header', ['transfer-encoding', 'chunked']],
    ['a wrong length', ['content-length', '99']],
    ['expect', ['expect', '100-continue']],
  ])('is nothing with %s', async (_name, headers) => {
    const receiver = await startReceiver();
    const client = openClient();
    expect(await client.request(post(urlOf(receiver), { headers }))).toMatchObject({ reason: 'protocol' });
    expect(receiver.seen).toHaveLength(0);
    expect(await client.request(post(urlOf(receiver)))).toMatchObject({ kind: 'response' });
    expect(client.stats().inFlight).toBe(0);
  });

  it('is nothing with a timeout that is no number', async () => {
    const result = await openClient().request(post('http://127.0.0.1:8080/', { timeoutMs: NaN }));
    expect(result).toMatchObject({ reason: 'protocol' });
  });

  it('goes out after an answer to HEAD that wrongly has a body', async () => {
    const receiver = await answering('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
    const client = openClient();
    const head = responseOf(await client.request(post(urlOf(receiver), { method: 'HEAD', body: null })));
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(brief(await client.request(post(urlOf(receiver))))).toMatchObject({ status: 200, body: 'hello' });
  });
});

describe('what comes back', () => {
  it('has lower-case header names, repeated ones joined', async () => {
    const receiver = await answering(
      'HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n',
    );
    const result = responseOf(await openClient().request(post(urlOf(receiver))));
    expect([result.status, result.headers]).toEqual([
      429,
      { 'retry-after': '7', 'x-a': '1, 2', 'content-length': '0' },
    ]);
  });

  it('says where the time went', async () => {
    const receiver = await startReceiver();
    const before = Date.now();
    const { timings } = responseOf(await openClient().request(post(urlOf(receiver))));
    expect(timings.startedAt).toBeGreaterThanOrEqual(before);
    expect(timings.startedAt).toBeLessThanOrEqual(Date.now());
    expect(timings.tlsMs).toBe(-1);
    for (const phase of [timings.dnsMs, timings.connectMs, timings.firstByteMs])
      expect(phase).toBeGreaterThanOrEqual(0);
    expect(timings.dnsMs + timings.connectMs + timings.firstByteMs).toBeLessThanOrEqual(timings.durationMs);
  });

  it('is the answer after informational ones', async () => {
    const receiver = await answering(
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok',
    );
    const result = responseOf(await openClient().request(post(urlOf(receiver))));
    expect([result.status, result.body.toString(), result.headers.link]).toEqual([201, 'ok', undefined]);
  });

  it.each([
    ['just what is kept', 16_384, false],
    ['one byte more', 16_385, true],
    ['much more', 3_000_000, true],
  ])('is cut behind 16 KiB: %s', async (_name, length, truncated) => {
    const bytes = Buffer.alloc(length, 'abcdefghij');
    const receiver = await startReceiver({ answer: (_request, response) => response.end(bytes) });
    const result = responseOf(await openClient().request(post(urlOf(receiver))));
    expect([result.truncated, result.body.equals(bytes.subarray(0, 16_384))]).toEqual([truncated, true]);
    if (truncated) await receiver.closed(0);
  });

  it('is told at once when a body without an end passes what is kept, and the connection is closed', async () => {
    const receiver = await startReceiver({
      answer: (_request, response) => {
        const pour = () => {
          while (!response.destroyed && response.write(Buffer.alloc(4_096, 'x')));
        };
        response.on('drain', pour);
        pour();
      },
    });
    const client = openClient();
    const result = responseOf(await client.request(post(urlOf(receiver))));
    expect([result.status, result.truncated, result.body.length]).toEqual([200, true, 16_384]);
    await receiver.closed(0);
    expect(client.stats()).toMatchObject({ sockets: 0 });
  });

  it('does not keep the read buffer of a large chunk alive', async () => {
    const receiver = await startReceiver({
      answer: (_request, response) => response.end(Buffer.alloc(60_000)),
    });
    const client = openClient({ responseMaxBytes: 1_024 });
    const { body } = responseOf(await client.request(post(urlOf(receiver))));
    expect([body.length, body.buffer.byteLength <= 8_192]).toEqual([1_024, true]);
  });
});

describe('answers that are none', () => {
  const end = (socket: Socket) => socket.end();
  const reset = (socket: Socket) => socket.resetAndDestroy();
  it.each([
    ['closed without a byte', '', end, 'reset'],
    ['reset without a byte', '', reset, 'reset'],
    ['closed inside the headers', 'HTTP/1.1 200 OK\r\ncontent-', end, 'reset'],
    ['closed inside the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello', end, 'reset'],
    [
      'closed inside a body that closes',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhe',
      end,
      'reset',
    ],
    ['closed inside a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel', end, 'reset'],
    ['reset inside the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello', reset, 'reset'],
    ['not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', end, 'protocol'],
    // A breach of the protocol really; undici calls every error after a length a wrong length.
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', end, 'reset'],
    [
      'an unasked upgrade',
      'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      end,
      'protocol',
    ],
    ['a continue nobody waits for', 'HTTP/1.1 100 Continue\r\n\r\n', end, 'protocol'],
    ['headers above 16 KiB', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, end, 'protocol'],
  ])('%s', async (_name, text, then, reason) => {
    const receiver = await startTcp((socket) =>
      socket.once('data', () => (text ? socket.write(text, () => then(socket)) : then(socket))),
    );
    const client = openClient();
    expect(await client.request(post(urlOf(receiver)))).toMatchObject({ kind: 'error', reason });
    await receiver.closed(0);
    expect(receiver.connections).toHaveLength(1);
  });

  it('takes the end of the connection for the end of a body without a length', async () => {
    const receiver = await answering('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello', (socket) =>
      socket.end(),
    );
    expect(brief(await openClient().request(post(urlOf(receiver))))).toEqual({
      status: 200,
      body: 'hello',
      truncated: false,
    });
  });
});
