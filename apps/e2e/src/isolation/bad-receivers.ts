import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How receivers are bad. `healthy` is for the run that the others are compared with. */
export const kinds = ['never', 'slow', 'drip', 'dns', 'tls', 'endless'] as const;
export type Kind = (typeof kinds)[number] | 'healthy';

export const kindNames: Record<Kind | 'mixed', string> = {
  healthy: 'none is bad',
  never: 'accept and never answer',
  slow: 'answer in 4.9 s',
  drip: 'drip one byte a second',
  dns: 'have a name that does not resolve',
  tls: 'stall in the TLS handshake',
  endless: 'answer with an endless body',
  mixed: 'all of these at once',
};

/**
 * More than anybody keeps of a body; more of it at once would only measure how fast this process can write.
 */
const chunk = Buffer.alloc(32 * 1024, 'x');
const pourEveryMs = 20;

/** One receiver on an origin of its own; counts what it is asked. */
export class BadReceiver {
  asked = 0;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly kind: Kind,
    readonly url: string,
    private readonly server: Server | undefined,
  ) {}

  static async start(kind: Kind, index: number): Promise<BadReceiver> {
    if (kind === 'dns') return new BadReceiver(kind, `http://gone-${index}.posthorn.invalid/hook`, undefined);
    const opened = { receiver: undefined as BadReceiver | undefined };
    const server =
      kind === 'tls'
        ? createTcpServer(() => void (opened.receiver!.asked += 1))
        : createHttpServer((request, response) => {
            request.resume();
            request.once('end', () => opened.receiver!.answer(response));
          });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const scheme = kind === 'tls' ? 'https' : 'http';
    const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const receiver = new BadReceiver(kind, url, server);
    opened.receiver = receiver;
    server.on('connection', (socket: Socket) => {
      receiver.sockets.add(socket);
      socket.once('close', () => receiver.sockets.delete(socket));
      socket.on('error', () => undefined); // the dispatcher gives up on it, as it should
    });
    return receiver;
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    if (!this.server) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private answer(response: ServerResponse): void {
    this.asked++;
    switch (this.kind) {
      case 'healthy':
        response.writeHead(200).end();
        return;
      case 'slow':
        this.later(4_900, () => response.writeHead(200).end());
        return;
      case 'drip':
        response.writeHead(200);
        this.drip(response);
        return;
      case 'endless':
        response.writeHead(200);
        this.pour(response);
    }
  }

  private drip(response: ServerResponse): void {
    if (response.destroyed) return;
    response.write('x');
    this.later(1_000, () => this.drip(response));
  }

  private pour(response: ServerResponse): void {
    if (response.destroyed) return;
    if (!response.writableNeedDrain) response.write(chunk);
    this.later(pourEveryMs, () => this.pour(response));
  }

  private later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }
}
