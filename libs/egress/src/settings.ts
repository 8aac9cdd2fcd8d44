export type EgressSettings = {
  /** CIDRs allowed beyond public addresses. */
  allow: readonly string[];
  /** Whether plain http is permitted. */
  allowHttp: boolean;
  connectionsPerOrigin: number;
  /**
   * All sockets of the client, those being opened included. At the limit the longest idle connection makes
   * room.
   */
  maxSockets: number;
  /** A connection is closed at this age, so that changes of DNS and certificates are noticed. */
  keepAliveMaxAgeMs: number;
  /** What is kept of a response body; the connection is closed where more comes. */
  responseMaxBytes: number;
  dns: DnsSettings;
  /** A proxy that understands CONNECT. It is told the checked address, never the name. */
  proxyUrl?: string;
  /** Certificate authorities trusted besides the system's. Verification cannot be switched off. */
  caPem?: string;
};

export type DnsSettings = {
  /** `address` or `address:port`; the system's by default. */
  servers?: string[];
  ttlMinMs: number;
  ttlMaxMs: number;
  /** How long a failure is remembered. */
  negativeTtlMs: number;
  timeoutMs: number;
  maxEntries: number;
  hostsPath?: string;
};

export const defaultEgressSettings: EgressSettings = {
  allow: [],
  allowHttp: false,
  connectionsPerOrigin: 16,
  maxSockets: 8000,
  keepAliveMaxAgeMs: 300_000,
  responseMaxBytes: 16_384,
  dns: { ttlMinMs: 1_000, ttlMaxMs: 300_000, negativeTtlMs: 5_000, timeoutMs: 5_000, maxEntries: 20_000 },
};
