import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Controller, Module, Post, Req } from '@nestjs/common';
import type { ServiceRequest } from './http.js';
import { createLogger } from './logging.js';
import { startService, type Service } from './service.js';
import { CommonSettings } from './settings.js';
import { answerBeforeRest } from './unread-body.js';

@Controller('things')
class ThingsController {
  @Post()
  take(@Req() request: ServiceRequest): object {
    return { bytes: request.rawBody?.length };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

const times = 20;
const large = Buffer.alloc(6 * 1024 * 1024, 'x');

describe('a body over the limit', () => {
  let service: Service;

  beforeAll(async () => {
    const logger = createLogger({ logLevel: 'fatal' }, 'things', { write: () => undefined });
    const settings = Object.assign(new CommonSettings(), { port: 0 });
    const options = { name: 'things', module: ThingsModule, settings, logger, ownsProcess: false };
    service = await startService({ ...options, bodyMaxBytes: 64 * 1024 });
  });

  afterAll(() => service.stop());

  it.each<[string, () => Promise<string>]>([
    ['fetch', () => byFetch(large)],
    ['fetch, chunked', () => byFetch(new Blob([large]).stream())],
    ['node:http', () => byHttp({ 'content-length': large.length })],
    ['node:http, chunked', () => byHttp({})],
    ['a socket that writes all before it reads', bySocket],
  ])('is answered with a readable 413: %s', async (_client, call) => {
    for (let i = 0; i < times; i++) {
      const { status, code } = JSON.parse(await call()) as { status: number; code: string };
      expect([status, code]).toEqual([413, 'too-large']);
    }
  });

  async function byFetch(body: Buffer | ReadableStream): Promise<string> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body as ReadableStream,
      duplex: 'half',
    };
    const response = await fetch(`${service.url}/things`, init as RequestInit);
    expect(response.headers.get('connection')).toBe('close');
    return response.text();
  }

  function byHttp(headers: Record<string, number>): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        `${service.url}/things`,
        { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks).toString())).on('error', reject);
        },
      );
      sent.on('error', reject).end(large);
    });
  }

  async function bySocket(): Promise<string> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1').pause();
    const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
    socket.write(
      `POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${large.length}\r\n\r\n`,
    );
    await Promise.race([failed, new Promise<void>((resolve) => socket.write(large, () => resolve()))]);
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString())).resume();
    await Promise.race([failed, once(socket, 'end')]);
    socket.destroy();
    return received.slice(received.indexOf('\r\n\r\n') + 4);
  }
});

describe('what comes after the answer', () => {
  let server: Server;
  afterEach(() => server.close());

  /** Answers at once and ends as told; resolves with the bytes and milliseconds until the server let go. */
  async function flood(limits: { maxBytes?: number; maxMs?: number }, forever: boolean) {
    server = createServer((request, response) => {
      response.writeHead(413, { 'content-length': 2, connection: 'close' });
      answerBeforeRest(request, Buffer.from('no'), limits).pipe(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n');
    const since = performance.now();
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString())).on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const chunk = Buffer.alloc(64 * 1024);
    const pump = (): void => void (forever && !socket.destroyed && socket.write(chunk, pump));
    pump();
    await closed;
    return { received, bytes: socket.bytesWritten, tookMs: performance.now() - since };
  }

  it('is taken up to a number of bytes', async () => {
    const { bytes, tookMs } = await flood({ maxBytes: 4 * 1024 * 1024, maxMs: 60_000 }, true);
    expect(bytes).toBeGreaterThan(4 * 1024 * 1024);
    expect(bytes).toBeLessThan(64 * 1024 * 1024);
    expect(tookMs).toBeLessThan(30_000);
  });

  it('is waited for for a time, while the answer is there at once', async () => {
    const { received, tookMs } = await flood({ maxMs: 300 }, false);
    expect(received).toMatch(/^HTTP\/1\.1 413 [^]*\r\n\r\nno$/);
    expect(tookMs).toBeGreaterThan(290);
  });
});
