import { type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { type AddressGuard } from './address.js';
import { Timed } from './deadlines.js';
import { type Dial, dialAny } from './dial.js';
import { type CachingResolver } from './resolver.js';
import { type Failure } from './result.js';
import { type Origin } from './target.js';
import { type TlsSessions } from './tls.js';

export type Wire = {
  resolver: CachingResolver;
  guard: AddressGuard;
  dial: Dial;
  secureContext: SecureContext;
  sessions: TlsSessions;
};

/** `expired`: its own time was up, which is no verdict about the origin. */
export type AttemptOutcome =
  { kind: 'open'; socket: Socket } | { kind: 'failed'; failure: Failure } | { kind: 'expired' };

/**
 * One try to open a connection: resolve, check every address, dial the checked ones, TLS. Repeated for every
 * connection, so a name that changes its addresses between two requests (DNS rebinding) is judged by what is
 * dialled.
 */
export class Attempt extends Timed {
  phase: 'dns' | 'connect' | 'tls' = 'dns';
  readonly startedAt = performance.now();
  dnsMs = -1;
  connectMs = -1;
  tlsMs = -1;
  remoteAddress = '';
  private phaseAt = this.startedAt;
  private over = false;
  private cancelDial: (() => void) | undefined;
  private socket: Socket | undefined;

  constructor(
    private readonly origin: Origin,
    private readonly wire: Wire,
    private readonly done: (attempt: Attempt, outcome: AttemptOutcome) => void,
  ) {
    super();
  }

  start(): void {
    this.wire.resolver.lookupHost(this.origin.hostname, (found) => {
      if (this.over) return;
      this.dnsMs = this.lap();
      if (found.kind === 'failed') return this.fail('dns', `${this.origin.hostname}: ${found.message}`);
      const addresses = this.wire.guard.usable(found);
      if (addresses.length > 0) return this.dial(addresses);
      this.fail('refused-address', `${this.origin.hostname} is at an address that is not a public one`);
    });
  }

  override onDeadline(): void {
    this.end({ kind: 'expired' });
  }

  cancel(): void {
    this.over = true;
    this.cancelDial?.();
    this.socket?.destroy();
  }

  private dial(addresses: readonly string[]): void {
    this.phase = 'connect';
    const { port, hostname, secure } = this.origin;
    this.cancelDial = dialAny(addresses, port, this.wire.dial, (error, socket, address) => {
      this.cancelDial = undefined;
      this.connectMs = this.lap();
      if (error || !socket)
        return this.fail('connect', `no connection to ${hostname}:${port}: ${reasonOf(error)}`);
      this.remoteAddress = address;
      if (secure) this.secure(socket, address);
      else this.end({ kind: 'open', socket });
    });
  }

  private secure(raw: Socket, address: string): void {
    this.phase = 'tls';
    const { hostname, key, literal } = this.origin;
    const { secureContext, sessions } = this.wire;
    const socket = connectTls({
      socket: raw,
      host: literal ? address : hostname,
      servername: literal ? '' : hostname,
      secureContext,
      session: sessions.get(key),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
    });
    this.socket = socket;
    socket.on('error', (error) => this.fail('tls', `TLS with ${hostname} failed: ${reasonOf(error)}`));
    socket.on('session', (session) => sessions.set(key, session));
    socket.once('secureConnect', () => {
      this.tlsMs = this.lap();
      this.end({ kind: 'open', socket });
    });
  }

  private fail(reason: Failure['reason'], message: string): void {
    this.end({ kind: 'failed', failure: { reason, message } });
  }

  private end(outcome: AttemptOutcome): void {
    if (this.over) return;
    if (outcome.kind === 'open') this.over = true;
    else this.cancel();
    this.done(this, outcome);
  }

  private lap(): number {
    const now = performance.now();
    const tookMs = now - this.phaseAt;
    this.phaseAt = now;
    return tookMs;
  }
}

/** A code says more to a machine and leaks less than a message; both are short. */
function reasonOf(error: Error | null): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code && code !== 'ERR_SSL_ERROR' ? code : (error?.message ?? 'unknown').slice(0, 200);
}
