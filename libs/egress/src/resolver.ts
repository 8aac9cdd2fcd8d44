import { Resolver, type RecordWithTtl } from 'node:dns';
import { isIP } from 'node:net';
import { HostsFile, WatchedFile } from './hosts-file.js';
import { type DnsSettings } from './settings.js';

export type LookupResult =
  /** `byOperator`: from the hosts file, not from somebody else's name server. */
  { kind: 'found'; addresses: readonly string[]; byOperator: boolean } | { kind: 'failed'; message: string };

type LookupCallback = (result: LookupResult) => void;
type Family = { addresses: readonly string[]; ttlMs: number; error: string } | undefined;
type Flight = {
  waiting: LookupCallback[];
  v4: Family;
  v6: Family;
  timer: NodeJS.Timeout;
  patience?: NodeJS.Timeout;
};
type Entry = { result: LookupResult; expiresAt: number };

/** RFC 8305: how long an answer of one family waits for the other one's. */
const resolutionDelayMs = 50;
const maxAddresses = 64;

/** `address`, `address:port` or `[address]:port`, as DnsSettings has them. */
export function isNameServer(text: string): boolean {
  try {
    new Resolver().setServers([text]);
    return true;
  } catch {
    return false;
  }
}

/**
 * Names to addresses through c-ares, never `getaddrinfo`: that runs on four threads, so four dead names
 * would stall every new connection of the process. One query per name at a time, answers kept for their TTL
 * within limits, failures for a short while, the hosts file first. Says nothing about whether an address may
 * be called: that is checked at every use.
 */
export class CachingResolver {
  private readonly cache = new Map<string, Entry>();
  private readonly flights = new Map<string, Flight>();
  private readonly hosts: HostsFile;
  private readonly systemServers = new WatchedFile('/etc/resolv.conf');
  private resolver: Resolver;

  constructor(
    private readonly settings: DnsSettings,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.hosts = new HostsFile(settings.hostsPath);
    this.systemServers.changed(this.now());
    this.resolver = this.createResolver();
  }

  get entries(): number {
    return this.cache.size;
  }

  /**
   * A name or a literal address. The callback comes later, exactly once, within the timeout of the settings.
   */
  lookupHost(host: string, done: LookupCallback): void {
    if (isIP(host) === 0) this.lookup(host, done);
    else queueMicrotask(() => done({ kind: 'found', addresses: [host], byOperator: false }));
  }

  private lookup(name: string, done: LookupCallback): void {
    const known = this.known(name.toLowerCase());
    if (known) queueMicrotask(() => done(known));
    else this.ask(name.toLowerCase(), done);
  }

  /** Ends what is under way; those who wait are told. */
  close(): void {
    for (const [name, flight] of this.flights)
      this.settle(name, flight, { kind: 'failed', message: 'closed' }, 0);
    this.resolver.cancel();
  }

  private known(name: string): LookupResult | undefined {
    const now = this.now();
    const fromHosts = this.hosts.find(name, now);
    if (fromHosts) return { kind: 'found', addresses: fromHosts, byOperator: true };
    const entry = this.cache.get(name);
    if (!entry) return undefined;
    this.cache.delete(name);
    if (entry.expiresAt <= now) return undefined;
    this.cache.set(name, entry);
    return entry.result;
  }

  private ask(name: string, done: LookupCallback): void {
    const under = this.flights.get(name);
    if (under) {
      under.waiting.push(done);
      return;
    }
    if (!this.settings.servers && this.systemServers.changed(this.now()))
      this.resolver = this.createResolver();
    const timer = setTimeout(() => this.conclude(name, flight, true), this.settings.timeoutMs);
    const flight: Flight = { waiting: [done], v4: undefined, v6: undefined, timer };
    this.flights.set(name, flight);
    this.resolver.resolve4(name, { ttl: true }, (error, records) => {
      flight.v4 = family(error, records);
      this.conclude(name, flight, false);
    });
    this.resolver.resolve6(name, { ttl: true }, (error, records) => {
      flight.v6 = family(error, records);
      this.conclude(name, flight, false);
    });
  }

  /** Called with every answer; the last word is the second family's, or the timer's. */
  private conclude(name: string, flight: Flight, final: boolean): void {
    const { v4, v6 } = flight;
    const addresses = alternate(v4?.addresses ?? [], v6?.addresses ?? []);
    if (!final && !(v4 && v6)) {
      if (addresses.length === 0 || this.flights.get(name) !== flight) return;
      flight.patience = setTimeout(() => this.conclude(name, flight, true), resolutionDelayMs);
      return;
    }
    if (addresses.length === 0) {
      const message = describe(v4?.error, v6?.error);
      this.settle(name, flight, { kind: 'failed', message }, this.settings.negativeTtlMs);
      return;
    }
    const ttlMs = Math.min(v4?.ttlMs ?? Infinity, v6?.ttlMs ?? Infinity, this.settings.ttlMaxMs);
    this.settle(
      name,
      flight,
      { kind: 'found', addresses, byOperator: false },
      Math.max(ttlMs, this.settings.ttlMinMs),
    );
  }

  private settle(name: string, flight: Flight, result: LookupResult, ttlMs: number): void {
    if (this.flights.get(name) !== flight) return;
    this.flights.delete(name);
    clearTimeout(flight.timer);
    clearTimeout(flight.patience);
    if (ttlMs > 0) this.remember(name, { result, expiresAt: this.now() + ttlMs });
    for (const done of flight.waiting) done(result);
  }

  private remember(name: string, entry: Entry): void {
    this.cache.delete(name);
    this.cache.set(name, entry);
    if (this.cache.size <= this.settings.maxEntries) return;
    const [oldest] = this.cache.keys();
    this.cache.delete(oldest);
  }

  /** Two tries within the timeout, so that one lost datagram costs a delay and not the lookup. */
  private createResolver(): Resolver {
    const tryMs = Math.max(50, Math.floor(this.settings.timeoutMs / 3));
    const resolver = new Resolver({ timeout: tryMs, tries: 2, maxTimeout: this.settings.timeoutMs });
    if (this.settings.servers) resolver.setServers(this.settings.servers);
    return resolver;
  }
}

function family(error: NodeJS.ErrnoException | null, records: RecordWithTtl[] | undefined): Family {
  if (error || !records) return { addresses: [], ttlMs: Infinity, error: error?.code ?? 'ENODATA' };
  const seconds = records.reduce((least, { ttl }) => Math.min(least, ttl), Infinity);
  return { addresses: records.map(({ address }) => address), ttlMs: seconds * 1000, error: 'ENODATA' };
}

/**
 * IPv4 first: nearly every receiver has it, and a host without an IPv6 route answers at once either way.
 */
function alternate(v4: readonly string[], v6: readonly string[]): readonly string[] {
  const turns = Math.max(v4.length, v6.length);
  const mixed = Array.from({ length: turns }, (_, i) => [v4[i], v6[i]]).flat();
  // What a name server says twice would take a second of the few tries.
  return [...new Set(mixed.filter((address) => address !== undefined))].slice(0, maxAddresses);
}

/** `undefined`: no answer in time. */
function describe(v4: string | undefined, v6: string | undefined): string {
  const code = [v4, v6].find((error) => error !== 'ENODATA' && error !== 'ENOTFOUND') ?? v4;
  if (v4 === undefined || v6 === undefined || code === 'ETIMEOUT') return 'no name server answered in time';
  if (v4 === 'ENOTFOUND' || v6 === 'ENOTFOUND') return 'the name does not exist';
  return v4 === 'ENODATA' && v6 === 'ENODATA'
    ? 'the name has no address'
    : `the name servers answered ${code}`;
}
