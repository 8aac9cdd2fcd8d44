import { isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { type Dial, dialAny, dialDirect, type DialCallback } from './dial.js';
import { type CachingResolver } from './resolver.js';

const replyMaxBytes = 8_192;

type Proxy = { secure: boolean; hostname: string; port: number; authorization: string };

/**
 * Reaches addresses through an HTTP proxy. The guard stays here: the target was resolved and checked by us,
 * and CONNECT names the checked address, so the proxy resolves nothing. The proxy itself is the operator's
 * choice and is not guarded.
 */
export function dialThrough(proxyUrl: string, resolver: CachingResolver, secureContext: SecureContext): Dial {
  const proxy = parseProxy(proxyUrl);
  return (address, port, done) => {
    const tunnel = new Tunnel(proxy, secureContext, done);
    tunnel.open(resolver, address, port);
    return () => tunnel.cancel();
  };
}

class Tunnel {
  private over = false;
  private cancelDial: (() => void) | undefined;
  /** The TCP stream to the proxy and, where the proxy speaks TLS, the stream over it. */
  private readonly sockets: Socket[] = [];

  constructor(
    private readonly proxy: Proxy,
    private readonly secureContext: SecureContext,
    private readonly done: DialCallback,
  ) {}

  open(resolver: CachingResolver, address: string, port: number): void {
    const { hostname, port: proxyPort } = this.proxy;
    resolver.lookupHost(hostname, (found) => {
      if (this.over) return;
      if (found.kind === 'failed') return this.fail(`the proxy's name cannot be resolved: ${found.message}`);
      this.cancelDial = dialAny(found.addresses, proxyPort, dialDirect, (error, socket) => {
        this.cancelDial = undefined;
        if (error || !socket) return this.fail(`the proxy cannot be reached: ${error?.message}`);
        this.secure(socket, (stream) =>
          this.request(stream, isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`),
        );
      });
    });
  }

  cancel(): void {
    this.over = true;
    this.cancelDial?.();
    for (const socket of this.sockets) socket.destroy();
  }

  private secure(socket: Socket, then: (stream: Socket) => void): void {
    this.sockets.push(socket);
    // Both stay, silent once the tunnel stands: a socket without a listener for errors ends the process.
    socket.on('error', (error) => this.fail(`the proxy cannot be reached: ${error.message}`));
    socket.on('close', () => this.fail('the proxy closed the connection'));
    if (!this.proxy.secure) return then(socket);
    const { hostname: host } = this.proxy;
    const { secureContext } = this;
    const stream = connectTls({ socket, host, servername: isIP(host) === 0 ? host : '', secureContext }, () =>
      then(stream),
    );
    stream.on('error', (error) => this.fail(`the proxy's TLS failed: ${error.message}`));
    this.sockets.push(stream);
  }

  private request(stream: Socket, authority: string): void {
    let reply = Buffer.alloc(0);
    const onReadable = () => {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read())
        reply = Buffer.concat([reply, chunk]);
      const end = reply.indexOf('\r\n\r\n');
      if (end < 0)
        return reply.length > replyMaxBytes ? this.fail('the proxy sent no valid answer') : undefined;
      const [status] = reply.toString('latin1', 0, end).split('\r\n', 1);
      if (!/^HTTP\/1\.[01] 2\d\d\b/.test(status))
        return this.fail(`the proxy refused: ${status.slice(0, 80)}`);
      // Who speaks before being asked is no HTTP server, and these bytes would be taken for its answer.
      if (reply.length > end + 4) return this.fail('the target sent data before the request');
      stream.off('readable', onReadable);
      this.succeed(stream);
    };
    stream.on('readable', onReadable);
    stream.write(
      `CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${this.proxy.authorization}\r\n`,
      'latin1',
    );
  }

  private succeed(stream: Socket): void {
    if (this.over) return;
    this.over = true;
    this.done(null, stream);
  }

  private fail(message: string): void {
    if (this.over) return;
    this.cancel();
    this.done(new Error(message), null);
  }
}

function parseProxy(text: string): Proxy {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Error('the proxy must be an http:// or https:// URL');
  const secure = url.protocol === 'https:';
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization =
    credentials === ':'
      ? ''
      : `proxy-authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  const port = Number(url.port || (secure ? 443 : 80));
  return { secure, hostname: url.hostname.replace(/^\[|\]$/g, ''), port, authorization };
}
