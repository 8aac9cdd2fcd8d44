import { type EventEmitter } from 'node:events';
import { type Socket } from 'node:net';
import { Client } from 'undici';
import { type Exchange, type Opening } from './exchange.js';
import { notWritten } from './failure.js';
import { Link } from './links.js';

export const idleTimeoutMs = 30_000;
/** A receiver that says how long it keeps an idle connection is believed, less this. */
const keepAliveMarginMs = 1_000;
const headersMaxBytes = 16_384;

export type ConnectionHome = {
  readonly origin: { readonly key: string };
  forget(connection: Connection): void;
};
type Opened = Opening & { readonly remoteAddress: string };

/**
 * One socket and the undici client that speaks HTTP/1.1 on it, one request at a time. The client never opens
 * a socket of its own: when this one is gone, the client is. As a list node it stands among the idle
 * connections of all origins.
 */
export class Connection extends Link {
  readonly openedAt = performance.now();
  closed = false;
  private readonly client: Client;
  private handedOver = false;
  private parked = false;
  private firstExchange: Exchange | undefined;

  constructor(
    readonly home: ConnectionHome,
    private readonly socket: Socket,
    private readonly opened: Opened,
    keepAliveMaxAgeMs: number,
  ) {
    super();
    socket.on('error', () => undefined);
    socket.once('close', () => this.close());
    this.client = new Client(home.origin.key, {
      connect: (_options, callback) => {
        if (this.handedOver || socket.destroyed) return callback(notWritten, null);
        this.handedOver = true;
        // Not at once: undici does not look at its queue again when it is called back inside its own loop.
        queueMicrotask(() => callback(null, socket));
      },
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: Math.min(idleTimeoutMs, keepAliveMaxAgeMs),
      keepAliveMaxTimeout: keepAliveMaxAgeMs,
      keepAliveTimeoutThreshold: keepAliveMarginMs,
      maxHeaderSize: headersMaxBytes,
    });
    (this.client as EventEmitter).on('error', () => this.close());
  }

  get remoteAddress(): string {
    return this.opened.remoteAddress;
  }

  get usable(): boolean {
    return !this.closed && !this.socket.destroyed;
  }

  /** What opening it took, for the one exchange that waited for it. */
  openedFor(exchange: Exchange): Opening | undefined {
    return exchange === this.firstExchange ? this.opened : undefined;
  }

  run(exchange: Exchange): void {
    exchange.connection = this;
    if (this.parked) this.unpark();
    else if (!this.handedOver) this.firstExchange = exchange;
    const { method, headers, body } = exchange.request;
    this.client.dispatch({ path: exchange.path, method, headers, body }, exchange);
  }

  /**
   * A connection that came when nobody waited any more: kept for the next one, unless the other side speaks
   * or leaves.
   */
  park(): void {
    this.parked = true;
    const { socket } = this;
    socket.setTimeout(idleTimeoutMs, () => this.close());
    socket.on('readable', () => {
      if (this.parked) this.close();
    });
    socket.unref();
  }

  /** Safe at any time; ends what is under way on it. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.unlink();
    this.home.forget(this);
    this.client.destroy(notWritten, () => undefined);
    this.socket.destroy();
  }

  private unpark(): void {
    this.parked = false;
    this.socket.setTimeout(0);
    this.socket.ref();
  }
}
