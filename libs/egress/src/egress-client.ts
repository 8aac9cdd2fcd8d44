import { AddressGuard } from './address.js';
import { Deadlines } from './deadlines.js';
import { dialDirect } from './dial.js';
import { Exchange, type ExchangeOwner } from './exchange.js';
import { OriginPool, type PoolContext } from './origin-pool.js';
import { CachingResolver, type LookupResult } from './resolver.js';
import { type EgressRequest, type EgressResult, type Failure } from './result.js';
import { type EgressSettings } from './settings.js';
import { SocketBudget } from './socket-budget.js';
import { parseTarget, type Target, type UrlRules } from './target.js';
import { createTrust, TlsSessions } from './tls.js';
import { dialThrough } from './tunnel.js';
import { TwoGenerations } from './two-generations.js';

export type UrlCheck =
  | { kind: 'ok'; addresses: string[] }
  | { kind: 'unresolved'; message: string }
  | { kind: 'refused'; message: string };

export type EgressStats = { inFlight: number; sockets: number; origins: number; dnsEntries: number };

const targetsKept = 10_000;
const timeoutMaxMs = 600_000;

/**
 * The only way out to receivers. It calls nobody whose address was not checked for this very connection,
 * follows no redirect, repeats no request, and ends every one within its deadline. Every request gets
 * exactly one result, always after `send` has returned, also while the client is closing.
 */
export class EgressClient implements ExchangeOwner {
  readonly responseMaxBytes: number;
  private readonly rules: UrlRules;
  private readonly resolver: CachingResolver;
  private readonly deadlines = new Deadlines();
  private readonly context: PoolContext;
  private readonly pools = new Map<string, OriginPool>();
  private readonly targets = new TwoGenerations<string, Target>(targetsKept);
  private running = 0;
  private finished: Exchange[] = [];
  private closed: Promise<void> | undefined;
  private onIdle: (() => void) | undefined;

  constructor(settings: EgressSettings) {
    const guard = new AddressGuard(settings.allow);
    this.rules = { allowHttp: settings.allowHttp, guard };
    this.responseMaxBytes = settings.responseMaxBytes;
    this.resolver = new CachingResolver(settings.dns);
    const secureContext = createTrust(settings.caPem);
    const dial = settings.proxyUrl
      ? dialThrough(settings.proxyUrl, this.resolver, secureContext)
      : dialDirect;
    this.context = {
      wire: { resolver: this.resolver, guard, dial, secureContext, sessions: new TlsSessions() },
      deadlines: this.deadlines,
      budget: new SocketBudget(settings.maxSockets),
      connectionsPerOrigin: settings.connectionsPerOrigin,
      keepAliveMaxAgeMs: settings.keepAliveMaxAgeMs,
      closing: false,
      emptied: (pool) => {
        if (this.pools.get(pool.origin.key) === pool) this.pools.delete(pool.origin.key);
      },
    };
  }

  /** Requests whose callback was not called yet. */
  get inFlight(): number {
    return this.running;
  }

  stats(): EgressStats {
    const { running: inFlight, resolver, pools, context } = this;
    return { inFlight, sockets: context.budget.inUse, origins: pools.size, dnsEntries: resolver.entries };
  }

  send(request: EgressRequest, done: (result: EgressResult) => void): void {
    const exchange = new Exchange(request, done, this);
    this.running += 1;
    try {
      const refusal = this.refusal(request);
      if (refusal) return exchange.fail(refusal);
      this.deadlines.add(exchange, exchange.beganAt, Math.min(Math.max(request.timeoutMs, 1), timeoutMaxMs));
      this.place(exchange);
    } catch (error) {
      exchange.cut({
        reason: 'protocol',
        message: `the request cannot be sent: ${(error as Error).message}`,
      });
    }
  }

  request(request: EgressRequest): Promise<EgressResult> {
    return new Promise((resolve) => this.send(request, resolve));
  }

  /** What can be said of a URL before anything is sent to it. Every later send checks again. */
  async checkUrl(url: string): Promise<UrlCheck> {
    const target = this.target(url);
    if (target.kind === 'refused') return { kind: 'refused', message: target.message };
    const { hostname } = target.origin;
    const found = await new Promise<LookupResult>((resolve) => this.resolver.lookupHost(hostname, resolve));
    if (found.kind === 'failed') return { kind: 'unresolved', message: `${hostname}: ${found.message}` };
    const addresses = this.rules.guard.usable(found);
    if (addresses.length > 0) return { kind: 'ok', addresses: [...addresses] };
    return { kind: 'refused', message: `${hostname} is at an address that is not a public one` };
  }

  /**
   * Accepts nothing more, lets what is in flight end for `graceMs`, then ends it as `closed`. A second call
   * with a shorter grace shortens the first.
   */
  close(graceMs: number): Promise<void> {
    this.context.closing = true;
    for (const pool of this.pools.values()) pool.closeIdle();
    this.closed ??= new Promise<void>((resolve) => {
      this.onIdle = resolve;
    }).then(() => this.destroy());
    if (this.running === 0) this.onIdle?.();
    else setTimeout(() => this.cutAll(), graceMs).unref();
    return this.closed;
  }

  /** @internal */
  place(exchange: Exchange): void {
    const target = this.target(exchange.request.url);
    if (target.kind === 'refused') return exchange.fail(target);
    exchange.path = target.path;
    let pool = this.pools.get(target.origin.key);
    if (!pool) {
      pool = new OriginPool(target.origin, this.context);
      this.pools.set(target.origin.key, pool);
    }
    pool.submit(exchange);
  }

  /** @internal */
  ended(exchange: Exchange): void {
    this.deadlines.remove(exchange);
    if (exchange.connection) exchange.pool?.willReturn();
    if (this.finished.push(exchange) === 1) setImmediate(this.flush);
  }

  /**
   * Results are told one turn later, all at once: outside of the parser that found them, after `send` has
   * returned, and when the connections are free again for what the callbacks send next.
   */
  private readonly flush = (): void => {
    const batch = this.finished;
    this.finished = [];
    for (const { connection, pool } of batch) if (connection) pool?.giveBack(connection);
    for (const exchange of batch) {
      this.running -= 1;
      try {
        exchange.report();
      } catch (error) {
        // The caller's mistake must be loud, and must not take the others' results with it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    if (this.running === 0) this.onIdle?.();
  };

  private refusal({ headers, timeoutMs }: EgressRequest): Failure | undefined {
    if (this.context.closing) return { reason: 'closed', message: 'the client is closed' };
    if (!(timeoutMs >= 0)) return { reason: 'protocol', message: 'the timeout is not a number' };
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i];
      // The URL's host was checked; another one in the header would reach something else behind the same
      // address.
      if (name.length === 4 && name.toLowerCase() === 'host') {
        return { reason: 'protocol', message: 'the host header cannot be set' };
      }
    }
    return undefined;
  }

  private target(url: string): Target {
    const known = this.targets.get(url);
    if (known) return known;
    const target = parseTarget(url, this.rules);
    this.targets.set(url, target);
    return target;
  }

  private cutAll(): void {
    for (const item of this.deadlines.all()) {
      if (item instanceof Exchange) item.cut({ reason: 'closed', message: 'the client was closed' });
    }
  }

  private destroy(): void {
    for (const pool of [...this.pools.values()]) pool.destroy();
    this.resolver.close();
  }
}
