import { type RequestListener } from 'node:http';
import fc from 'fast-check';
import { type EgressResult } from './result.js';
import { cleanUp } from './testing/cleanup.js';
import { openClient, post } from './testing/client.js';
import { startNameServer } from './testing/name-server.js';
import { closedPort, startReceiver, startTcp } from './testing/receivers.js';

afterEach(cleanUp);

describe('send', () => {
  it.each(['http://127.0.0.1:8080/', 'http://10.0.0.1/', 'nonsense'])(
    'calls back after it returned: %s',
    async (url) => {
      const client = openClient();
      await client.close(0);
      let returned = false;
      const result = new Promise<[boolean, EgressResult]>((resolve) => {
        client.send(post(url), (ended) => resolve([returned, ended]));
        returned = true;
      });
      expect(await result).toEqual([true, expect.objectContaining({ kind: 'error', reason: 'closed' })]);
    },
  );

  it('does not throw, whatever it is given', async () => {
    const { port } = await startReceiver();
    const request = { ...post(`http://127.0.0.1:${port}/`), headers: [1] as unknown as string[] };
    expect(await openClient().request(request)).toMatchObject({ reason: 'protocol' });
    const none = { ...post('x'), url: undefined as unknown as string };
    expect(await openClient().request(none)).toMatchObject({ kind: 'error', reason: 'protocol' });
  });

  it('counts what was not called back', async () => {
    const receiver = await startReceiver();
    const client = openClient();
    const results = [1, 2, 3].map(() => client.request(post(`http://127.0.0.1:${receiver.port}/`)));
    expect(client.inFlight).toBe(3);
    await Promise.all(results);
    expect(client.inFlight).toBe(0);
  });
});

describe('close', () => {
  it('ends requests in every phase, each once, and leaves nothing open', async () => {
    const server = await startNameServer({ 'dead.test': { silent: true } });
    const silent = await startTcp((socket) => socket.resume());
    const drip = await startReceiver({ answer: (_request, response) => void response.write('half') });
    const client = openClient({ connectionsPerOrigin: 1, dns: { servers: [server.address] } });
    const urls = [
      'http://dead.test/',
      `https://127.0.0.1:${silent.port}/`,
      `http://127.0.0.1:${silent.port}/`,
      `http://127.0.0.1:${silent.port}/waits`,
      `http://127.0.0.1:${drip.port}/`,
    ];
    const counts = urls.map(() => 0);
    const results = urls.map(
      (url, i) =>
        new Promise<EgressResult>((resolve) =>
          client.send(post(url), (result) => {
            counts[i] += 1;
            resolve(result);
          }),
        ),
    );
    await client.close(50);
    for (const result of await Promise.all(results)) expect(result).toMatchObject({ reason: 'closed' });
    expect([counts, client.inFlight, client.stats().sockets]).toEqual([[1, 1, 1, 1, 1], 0, 0]);
    await Promise.all(silent.connections.map((_, i) => silent.closed(i)));
  });

  it('lets what is in flight end, takes nothing more, and closes idle connections at once', async () => {
    let answer = () => undefined as unknown;
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const slow = await startReceiver({
      answer: (_request, response) => {
        answer = () => response.end('late');
        arrive();
      },
    });
    const quick = await startReceiver();
    const client = openClient();
    await client.request(post(`http://127.0.0.1:${quick.port}/`));
    const pending = client.request(post(`http://127.0.0.1:${slow.port}/`));
    await arrived;
    const closed = client.close(5_000);
    await quick.closed(0);
    expect(await client.request(post(`http://127.0.0.1:${quick.port}/`))).toMatchObject({ reason: 'closed' });
    answer();
    expect(await pending).toMatchObject({ kind: 'response', status: 200 });
    await closed;
    await slow.closed(0);
  });

  it('ends a check of a URL', async () => {
    const server = await startNameServer({ 'dead.test': { silent: true } });
    const client = openClient({ dns: { servers: [server.address], timeoutMs: 60_000 } });
    const check = client.checkUrl('http://dead.test/');
    await client.close(0);
    expect(await check).toEqual({ kind: 'unresolved', message: 'dead.test: closed' });
  });

  it('is shortened by a second call', async () => {
    const silent = await startTcp((socket) => socket.resume());
    const client = openClient();
    const pending = client.request(post(`http://127.0.0.1:${silent.port}/`, { timeoutMs: 60_000 }));
    const first = client.close(60_000);
    await client.close(0);
    await first;
    expect(await pending).toMatchObject({ reason: 'closed' });
  });

  it('keeps to one result each under a storm of everything at once', async () => {
    const listener: RequestListener = (request, response) => {
      const kind = request.url?.slice(1);
      if (kind === 'slow') setTimeout(() => response.end('ok'), 30);
      else if (kind === 'half') response.writeHead(200, { 'content-length': 9 }).write('half');
      else if (kind === 'reset') request.socket.resetAndDestroy();
      else if (kind === 'end') request.socket.end();
      else if (kind === 'close') response.writeHead(200, { connection: 'close' }).end('ok');
      else if (kind === 'large') response.end(Buffer.alloc(100_000));
      else if (kind !== 'never') response.end('ok');
    };
    const kinds = ['ok', 'slow', 'half', 'reset', 'end', 'close', 'large', 'never', 'nobody'];
    const receiver = await startReceiver({ answer: listener });
    const nobody = await closedPort();
    const step = fc.record({ kind: fc.constantFrom(...kinds), timeoutMs: fc.integer({ min: 1, max: 120 }) });
    const run = fc.record({
      steps: fc.array(step, { minLength: 20, maxLength: 120 }),
      connectionsPerOrigin: fc.integer({ min: 1, max: 20 }),
      maxSockets: fc.integer({ min: 1, max: 20 }),
      graceMs: fc.integer({ min: 0, max: 150 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ steps, graceMs, ...limits }) => {
        const client = openClient(limits);
        const counts = steps.map(() => 0);
        steps.forEach(({ kind, timeoutMs }, i) => {
          const port = kind === 'nobody' ? nobody : receiver.port;
          client.send(post(`http://127.0.0.1:${port}/${kind}`, { timeoutMs }), ({ timings }) => {
            counts[i] += 1;
            expect(timings.durationMs).toBeLessThan(timeoutMs + 2_000);
          });
        });
        await client.close(graceMs);
        expect(counts).toEqual(steps.map(() => 1));
        expect(client.stats()).toMatchObject({ inFlight: 0, sockets: 0, origins: 0 });
      }),
      { numRuns: 20 },
    );
  });
});
