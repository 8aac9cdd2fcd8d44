import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from './wait-for.js';

export type ReceivedRequest = {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  /** The bytes as they came: signatures are checked over these. */
  rawBody: Buffer;
  /** performance.now() when the request line and headers were there. */
  atMs: number;
};

/** `hangUp` closes the socket without an answer; `never` leaves the request open until close(). */
export type Answer = {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  delayMs?: number;
  hangUp?: boolean;
  never?: boolean;
};
export type Script = (request: ReceivedRequest, index: number) => Answer | number | Promise<Answer | number>;

/** A real HTTP server on a free loopback port: records every request, answers by a script (default 200). */
export class Receiver {
  readonly requests: ReceivedRequest[] = [];
  private readonly server = createServer((request, response) => void this.handle(request, response));

  private constructor(private script: Script) {}

  static async start(script: Script = () => 200): Promise<Receiver> {
    const receiver = new Receiver(script);
    await new Promise<void>((resolve, reject) => {
      receiver.server.once('error', reject);
      receiver.server.listen(0, '127.0.0.1', resolve);
    });
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Replaces the script for the requests to come. */
  answer(script: Script | number): void {
    this.script = typeof script === 'number' ? () => script : script;
  }

  /** Resolves with all requests as soon as there are at least n that match. */
  received(
    n: number,
    { timeoutMs = 10_000, matching = () => true }: ReceivedOptions = {},
  ): Promise<ReceivedRequest[]> {
    const matches = () => this.requests.filter(matching);
    return waitFor(() => (matches().length >= n ? matches() : undefined), {
      timeoutMs,
      message: () => `${n} requests at the receiver, there are ${matches().length}`,
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = performance.now();
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return; // the sender gave up in the middle of its body
    }
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, rawBody: Buffer.concat(chunks), atMs };
    this.requests.push(request);
    const said = await this.script(request, this.requests.length - 1);
    await reply(response, typeof said === 'number' ? { status: said } : said);
  }
}

export type ReceivedOptions = { timeoutMs?: number; matching?: (request: ReceivedRequest) => boolean };

async function reply(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  if (answer.never) return;
  if (answer.hangUp) {
    response.destroy();
    return;
  }
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
}
