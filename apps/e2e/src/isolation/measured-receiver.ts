import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A receiver that answers at once and notes when each event came for the first time. */
export class MeasuredReceiver {
  private readonly arrivals = new Map<number, number>();
  private readonly server = createServer((request, response) => {
    const atMs = performance.now();
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.once('end', () => {
      const { data } = JSON.parse(body) as { data: { n: number } };
      if (!this.arrivals.has(data.n)) this.arrivals.set(data.n, atMs);
      response.writeHead(200).end();
    });
  });

  private constructor() {
    this.server.keepAliveTimeout = 120_000;
  }

  static async start(): Promise<MeasuredReceiver> {
    const receiver = new MeasuredReceiver();
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** performance.now() of its first arrival. */
  arrivalOf(n: number): number | undefined {
    return this.arrivals.get(n);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
