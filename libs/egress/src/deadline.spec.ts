import { type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { type EgressResult } from './result.js';
import { cleanUp, onCleanUp } from './testing/cleanup.js';
import { openClient, post } from './testing/client.js';
import { startNameServer } from './testing/name-server.js';
import { startReceiver, startTcp } from './testing/receivers.js';

afterEach(cleanUp);

const timeoutMs = 150;

/**
 * Ended by the deadline and not before it. How much later is `deadlines.spec.ts`'s, where the clock is ours.
 */
const expectDeadline = (result: EgressResult, phase: string): void => {
  expect(result).toMatchObject({ kind: 'error', reason: 'timeout' });
  expect((result as { message: string }).message).toBe(
    `no complete answer within ${timeoutMs} ms (${phase})`,
  );
  expect(result.timings.durationMs).toBeGreaterThanOrEqual(timeoutMs);
  expect(result.timings.durationMs).toBeLessThan(timeoutMs + 2_000);
};

describe('the deadline covers everything from the name to the last byte', () => {
  it('a name server that never answers', async () => {
    const server = await startNameServer({ 'dead.test': { silent: true } });
    const client = openClient({ dns: { servers: [server.address] } });
    const result = await client.request(post('http://dead.test:8080/', { timeoutMs }));
    expectDeadline(result, 'resolving the name');
    expect(result.timings).toMatchObject({ dnsMs: -1, connectMs: -1, tlsMs: -1, firstByteMs: -1 });
  });

  it('a TLS handshake that stalls, whose socket is closed', async () => {
    const receiver = await startTcp((socket) => socket.resume());
    const client = openClient();
    const result = await client.request(post(`https://127.0.0.1:${receiver.port}/`, { timeoutMs }));
    expectDeadline(result, 'TLS handshake');
    expect(result.timings).toMatchObject({ tlsMs: -1, firstByteMs: -1 });
    expect(result.timings.connectMs).toBeGreaterThanOrEqual(0);
    await receiver.closed(0);
    expect(client.stats()).toMatchObject({ sockets: 0, origins: 0 });
  });

  it('a receiver that accepts and never answers', async () => {
    const receiver = await startTcp((socket) => socket.resume());
    const client = openClient();
    const result = await client.request(post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs }));
    expectDeadline(result, 'waiting for the answer');
    await receiver.closed(0);
    expect(client.stats()).toMatchObject({ sockets: 0, origins: 0 });
  });

  it('a receiver that does not even read', async () => {
    const receiver = await startTcp((socket) => socket.pause());
    const body = Buffer.alloc(16 * 1024 * 1024);
    const request = post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs, body });
    expectDeadline(await openClient().request(request), 'waiting for the answer');
  });

  it('headers that come byte by byte', async () => {
    const text = `HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(1_000)}`;
    const receiver = await startTcp((socket) => drip(socket, text));
    const result = await openClient().request(post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs }));
    expectDeadline(result, 'waiting for the answer');
    expect(result.timings.firstByteMs).toBeGreaterThanOrEqual(0);
  });

  it('a body that comes byte by byte, although the status is known', async () => {
    const receiver = await startTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      drip(socket, 'a'.repeat(1_000));
    });
    const result = await openClient().request(post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs }));
    expectDeadline(result, 'reading the body');
    await receiver.closed(0);
  });

  it('a body without an end that stays below what is kept', async () => {
    const receiver = await startReceiver({
      answer: (_request, response) => void response.write('never the end'),
    });
    const result = await openClient().request(post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs }));
    expectDeadline(result, 'reading the body');
  });

  it('one informational answer after the other', async () => {
    const receiver = await startTcp((socket) =>
      drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100), 26),
    );
    const result = await openClient().request(post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs }));
    expectDeadline(result, 'waiting for the answer');
  });

  it('the wait for a free connection', async () => {
    const receiver = await startTcp((socket) => socket.resume());
    const client = openClient({ connectionsPerOrigin: 1 });
    const first = client.request(post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs: 5_000 }));
    const result = await client.request(post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs }));
    expectDeadline(result, 'waiting for a connection');
    expect(receiver.connections).toHaveLength(1);
    await client.close(0);
    expect(await first).toMatchObject({ kind: 'error', reason: 'closed' });
  });
});

describe('deadlines of many requests', () => {
  it('fire in their own time, each for itself', async () => {
    const receiver = await startTcp((socket) => socket.resume());
    const client = openClient({ connectionsPerOrigin: 64 });
    const timeouts = Array.from({ length: 60 }, (_, i) => 40 + ((i * 37) % 200));
    const requests = timeouts.map((ms) => post(`http://127.0.0.1:${receiver.port}/`, { timeoutMs: ms }));
    const results = await Promise.all(requests.map((request) => client.request(request)));
    results.forEach((result, i) => {
      expect(result).toMatchObject({ kind: 'error', reason: 'timeout' });
      expect(result.timings.durationMs).toBeGreaterThanOrEqual(timeouts[i]);
    });
    expect(client.stats()).toMatchObject({ inFlight: 0, sockets: 0, origins: 0 });
  });

  it('let an answer count that arrived while the process was busy', async () => {
    const worker = new Worker(otherThread, { eval: true });
    onCleanUp(async () => void (await worker.terminate()));
    const said = () => new Promise<unknown>((resolve) => worker.once('message', resolve));
    const port = await said();
    const asked = said();
    const pending = openClient().request(post(`http://127.0.0.1:${String(port)}/`, { timeoutMs: 600 }));
    await asked;
    const busyUntil = performance.now() + 800;
    while (performance.now() < busyUntil);
    expect(await pending).toMatchObject({ kind: 'response', status: 200 });
  });

  it('end nothing that was in time, and a name that is dead delays no other', async () => {
    const server = await startNameServer({
      'dead.test': { silent: true },
      'good.test': { a: ['127.0.0.1'] },
    });
    const receiver = await startReceiver();
    const client = openClient({ dns: { servers: [server.address] } });
    const dead = Array.from({ length: 50 }, () =>
      client.request(post(`http://dead.test:${receiver.port}/`, { timeoutMs: 1_000 })),
    );
    const good = await client.request(post(`http://good.test:${receiver.port}/`));
    expect(good).toMatchObject({ kind: 'response', status: 200 });
    expect(client.inFlight).toBe(50);
    for (const result of await Promise.all(dead)) expect(result).toMatchObject({ reason: 'timeout' });
  });
});

/** Answers 20 ms after it was asked, whatever the main thread does. */
const otherThread = `
  const { parentPort } = require('node:worker_threads');
  const answer = 'HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n';
  const server = require('node:net').createServer((socket) => socket.once('data', () => {
    parentPort.postMessage('asked');
    setTimeout(() => socket.write(answer), 20);
  }));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

function drip(socket: Socket, text: string, step = 1): void {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(text.slice(at, at + step));
    at += step;
    if (at >= text.length) clearInterval(timer);
  }, 20);
  socket.once('close', () => clearInterval(timer));
  socket.resume();
}
